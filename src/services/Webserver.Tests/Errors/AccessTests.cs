using System.Text;
using Kestra.Webserver.Routing;
using Kestra.Webserver.Security;
using Kestra.Webserver.Tests.Running;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Kestra.Webserver.Tests.Errors;

/// <summary>Nothing answers without credentials but what says so itself.</summary>
public sealed class AccessTests
{
    // The whole list: an endpoint that becomes open has to be entered here.
    private static readonly string[] Open =
    [
        "/", "/ping", "/ui/{**page}", "/api/v1/configs", "/api/v1/{tenant}/configs", "/api/v1/basicAuthValidationErrors",
        "/api/v1/{tenant}/executions/webhook/{namespace}/{id}/{key}", "/api/v1/{tenant}/executions/webhook/{namespace}/{id}/{key}/{**path}",
    ];

    [Fact]
    public async Task Every_endpoint_is_closed_unless_it_is_listed_here()
    {
        await using var server = await TestServer.StartAsync();
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddRoutingCore();
        builder.WebHost.UseKestrelCore();
        await using var application = builder.Build();
        application.MapKestraApi(server.Server.Services);
        var endpoints = ((IEndpointRouteBuilder)application).DataSources.SelectMany(static source => source.Endpoints).OfType<RouteEndpoint>().ToList();

        endpoints.Count.ShouldBeGreaterThan(100);
        endpoints.Where(static endpoint => endpoint.Metadata.GetMetadata<OpenAccess>() is not null).Select(static endpoint => endpoint.RoutePattern.RawText).Distinct().Order().ShouldBe(Open.Order());
        endpoints.Where(static endpoint => endpoint.Metadata.GetMetadata<OpenUntilSetUp>() is not null).Select(static endpoint => endpoint.RoutePattern.RawText).ShouldBe(["/api/v1/{tenant}/basicAuth"]);
    }

    [Theory]
    [InlineData("/api/v1/main/flows/search", 401)]
    [InlineData("/api/v1/flows/search", 401)]
    [InlineData("/api/v1/plugins", 401)]
    [InlineData("/api/v1/nope", 401)]
    [InlineData("/api/v1/main/executions/webhook/a/b/c", 404)]
    [InlineData("/api/v1/configs", 200)]
    [InlineData("/ping", 200)]
    public async Task Closed_endpoints_want_credentials(string path, int status)
    {
        await using var server = await TestServer.StartAsync(static options => options with { Authentication = true, Username = "a@b.co", Password = "Abcdefg1" });

        var answer = await server.GetAsync(path);

        answer.Status.ShouldBe(status);
        if (status == 401)
        {
            answer.Body.ShouldBeEmpty();
            answer.Headers["WWW-Authenticate"].ShouldBe("Basic");
        }
    }

    [Fact]
    public async Task Credentials_come_in_a_header_or_a_cookie_and_the_login_page_gets_no_dialog()
    {
        await using var server = await TestServer.StartAsync(static options => options with { Authentication = true, Username = "a@b.co", Password = "Abcdefg1" });
        var (right, wrong) = (Encode("a@b.co:Abcdefg1"), Encode("a@b.co:abcdefg1"));

        (await server.SendAsync("GET", "/api/v1/flows/search", headers: ("Authorization", $"Basic {right}"))).Status.ShouldBe(200);
        (await server.SendAsync("GET", "/api/v1/flows/search", headers: ("Authorization", $"Basic {wrong}"))).Status.ShouldBe(401);
        (await server.SendAsync("GET", "/api/v1/flows/search", headers: ("Authorization", "Bearer x"))).Status.ShouldBe(401);
        (await server.SendAsync("GET", "/api/v1/flows/search", headers: ("Cookie", $"BASIC_AUTH={right.Replace('+', '-').Replace('/', '_')}"))).Status.ShouldBe(200);
        // Terraform sends an empty pair beside a cookie.
        (await server.SendAsync("GET", "/api/v1/flows/search", headers: [("Authorization", "Basic Og=="), ("Cookie", $"BASIC_AUTH={right}")])).Status.ShouldBe(200);
        (await server.SendAsync("GET", "/api/v1/flows/search", headers: ("Referer", "http://localhost/ui/login"))).Headers.ContainsKey("WWW-Authenticate").ShouldBeFalse();
    }

    [Theory]
    [InlineData("http://evil.example", 403)]
    [InlineData("null", 403)]
    [InlineData(null, 200)]
    public async Task Pages_from_elsewhere_cannot_drive_a_server_on_this_machine(string? origin, int status)
    {
        await using var server = await TestServer.StartAsync();
        var own = $"http://127.0.0.1:{server.Port}";

        (await server.SendAsync("GET", "/api/v1/flows/search", headers: ("Origin", origin ?? own))).Status.ShouldBe(status);
    }

    [Fact]
    public async Task Both_forms_of_a_path_lead_to_the_same_and_other_tenants_to_nothing()
    {
        await using var server = await TestServer.StartAsync();
        foreach (var resource in new[] { "flows/search", "executions/search", "triggers/search", "logs/search", "namespaces/search", "executions/search/" })
        {
            (await server.GetAsync($"/api/v1/{resource}")).Text.ShouldBe((await server.GetAsync($"/api/v1/main/{resource}")).Text);
        }

        var other = await server.GetAsync("/api/v1/other/flows/search");
        other.Status.ShouldBe(400);
        other.Json.GetProperty("message").GetString().ShouldBe("Bad Request: Tenant must be 'main' for OSS version");
    }

    private static string Encode(string pair) => Convert.ToBase64String(Encoding.UTF8.GetBytes(pair));
}
