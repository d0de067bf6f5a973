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
    public static async Task<LoopOutcome> MeasureAsync(double perSecond, TimeSpan duration, int answerBytes)
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
        return await OpenLoop.RunAsync(perSecond, duration, async _ =>
        {
            using var content = new ByteArrayContent([]);
            using var response = await client.PostAsync(new Uri("/", UriKind.Relative), content);
            await response.Content.CopyToAsync(Stream.Null);
            return response.IsSuccessStatusCode;
        });
    }
}
