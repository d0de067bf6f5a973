using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Kestra.Hosting.Configuration;
using Kestra.Hosting.Errors;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Kestra.Hosting.Management;

/// <summary>The small HTTP server of the management port; every kind of process has one.</summary>
public sealed class ManagementServer(ManagementEndpoints endpoints, ServerSettings settings, ILoggerFactory loggers) : IHostedService, IAsyncDisposable
{
    private WebApplication? application;

    /// <summary>The port that is listened on, once started; null when switched off.</summary>
    public int? Port { get; private set; }

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (!settings.ManagementEnabled)
        {
            return;
        }

        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddSingleton(loggers);
        builder.Services.AddRoutingCore();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(options => options.Listen(Address(settings.Host), settings.ManagementPort));
        application = builder.Build();
        application.Use(AnswerUnknownAsync);
        application.Use(AuthoriseAsync);
        endpoints.Map(application);
        await application.StartAsync(cancellationToken);
        Port = application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()?.Addresses.Select(address => new Uri(address).Port).FirstOrDefault();
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (application is not null)
        {
            await application.StopAsync(cancellationToken);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (application is not null)
        {
            await application.DisposeAsync();
        }
    }

    /// <summary>The address of a configured host: an IP address, <c>localhost</c>, or anything else for all addresses.</summary>
    public static IPAddress Address(string host) =>
        IPAddress.TryParse(host, out var address) ? address : host == "localhost" ? IPAddress.Loopback : IPAddress.Any;

    // A status that nobody gave a body gets the one that errors have everywhere.
    private static async Task AnswerUnknownAsync(HttpContext context, RequestDelegate next)
    {
        await next(context);
        if (context.Response is not { HasStarted: false, StatusCode: StatusCodes.Status404NotFound or StatusCodes.Status405MethodNotAllowed, ContentType: null })
        {
            return;
        }

        var address = context.Features.Get<IHttpRequestFeature>()?.RawTarget is { Length: > 0 } target ? target : context.Request.Path.ToString();
        context.Response.ContentType = "application/json";
        await using var writer = new Utf8JsonWriter(context.Response.BodyWriter);
        ErrorBody.Write(writer, ReasonPhrases.GetReasonPhrase(context.Response.StatusCode), address, []);
    }

    private Task AuthoriseAsync(HttpContext context, RequestDelegate next)
    {
        if (settings.ManagementCredentials is not { } expected || Matches(context.Request.Headers.Authorization.ToString(), expected))
        {
            return next(context);
        }

        context.Response.StatusCode = StatusCodes.Status401Unauthorized;
        context.Response.Headers.WWWAuthenticate = "Basic";
        return Task.CompletedTask;
    }

    private static bool Matches(string header, (string Username, string Password) expected)
    {
        var right = "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes($"{expected.Username}:{expected.Password}"));
        return CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(header), Encoding.UTF8.GetBytes(right));
    }
}
