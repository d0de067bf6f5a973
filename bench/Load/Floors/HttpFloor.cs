using System.Diagnostics;
using Kestra.Load.Measuring;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Kestra.Load.Floors;

/// <summary>What the same load generator gets from a web server that only answers.</summary>
internal static class HttpFloor
{
    private const int Callers = 64;

    public static Task<LoopOutcome> MeasureAsync(double perSecond, TimeSpan duration, int answerBytes) =>
        WithServerAsync(answerBytes, client => OpenLoop.RunAsync(perSecond, duration, _ => CallAsync(client)));

    /// <returns>Requests a second that come through when each caller sends the next as soon as the last was answered.</returns>
    public static Task<double> MeasureMostAsync(TimeSpan duration, int answerBytes) => WithServerAsync(answerBytes, async client =>
    {
        var answered = 0;
        var began = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, Callers).Select(async _ =>
        {
            while (Stopwatch.GetElapsedTime(began) < duration && await CallAsync(client))
            {
                Interlocked.Increment(ref answered);
            }
        }));
        return answered / Stopwatch.GetElapsedTime(began).TotalSeconds;
    });

    private static async Task<T> WithServerAsync<T>(int answerBytes, Func<HttpClient, Task<T>> measure)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddRoutingCore();
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        await using var application = builder.Build();
        var answer = new byte[answerBytes];
        application.MapPost("/", async context =>
        {
            await context.Request.Body.CopyToAsync(Stream.Null);
            await context.Response.Body.WriteAsync(answer);
        });
        await application.StartAsync();
        var address = application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        using var client = new HttpClient { BaseAddress = new Uri(address) };
        return await measure(client);
    }

    private static async Task<bool> CallAsync(HttpClient client)
    {
        using var content = new ByteArrayContent([]);
        using var response = await client.PostAsync(new Uri("/", UriKind.Relative), content);
        await response.Content.CopyToAsync(Stream.Null);
        return response.IsSuccessStatusCode;
    }
}
