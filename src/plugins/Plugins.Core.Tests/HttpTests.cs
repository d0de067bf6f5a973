using System.IO.Compression;
using System.Text;
using Kestra.Model.Executions;

using Kestra.Plugins.Core.Http;
using Kestra.Plugins.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using LogLevel = Kestra.Model.Logs.LogLevel;

namespace Kestra.Plugins.Core.Tests;

/// <summary>The HTTP tasks against a real server that tells what it was asked.</summary>
public sealed class HttpTests : IAsyncLifetime
{
    private readonly TestRunContext context = new();
    private WebApplication server = null!;
    private string address = "";

    public async ValueTask InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.Services.RemoveAll<ILoggerProvider>();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        server = builder.Build();
        server.Map("/echo/{**rest}", EchoAsync);
        server.MapGet("/status/{code:int}", static (int code) => Results.Text(code == 204 ? "" : $"code {code}", statusCode: code));
        server.MapGet("/redirect", static () => Results.Redirect("/status/200"));
        server.MapGet("/zipped", ZippedAsync);
        server.MapGet("/named", static (HttpContext http) =>
        {
            http.Response.Headers.ContentDisposition = "attachment; filename=\"../x [1].csv\"";
            return Results.Text("a,b\n");
        });
        server.MapGet("/folder/data.json", static () => Results.Text("{}"));
        server.MapGet("/empty", static () => Results.Text(""));
        server.MapGet("/slow", static async (CancellationToken aborted) => await Task.Delay(Timeout.Infinite, aborted));
        await server.StartAsync(TestContext.Current.CancellationToken);
        address = server.Urls.First();
    }

    public async ValueTask DisposeAsync()
    {
        await server.DisposeAsync();
        context.Dispose();
    }

    [Fact]
    public async Task A_request_has_the_headers_of_the_original_and_gives_the_answer()
    {
        var run = await RunAsync(new Request { Uri = Property.Of<string>(address + "/echo/a b"), Method = Property.Of<string>("POST"), Body = Property.Of<string>("{\"x\":\"{{ flow.id }}\"}") });

        run.Failure.ShouldBeNull();
        run.Output("code").ShouldBe(200);
        run.Output("uri").ShouldBe(address + "/echo/a%20b");
        var asked = Asked(run);
        asked[0].ShouldBe("POST /echo/a%20b");
        asked.ShouldContain("Content-Type: application/json; charset=UTF-8");
        asked.ShouldContain("User-Agent: Kestra");
        asked.ShouldContain("Accept-Encoding: gzip, x-gzip, deflate");
        asked[^1].ShouldBe("{\"x\":\"flow\"}");
        ((IReadOnlyDictionary<string, object?>)run.Output("headers")!)["x-test"].ShouldBe(new List<object?> { "one", "two" });
        run.Metrics.ShouldHaveSingleItem().Name.ShouldBe("response.length");
        run.Metrics[0].Tags["response.code"].ShouldBe("200");
    }

    [Fact]
    public async Task Given_headers_stand_for_all_but_credentials()
    {
        var request = new Request
        {
            Uri = Property.Of<string>(address + "/echo/"),
            Headers = Property.Of<IReadOnlyDictionary<string, string>>(new OrderedDictionary<string, object?> { ["X-Own"] = "{{ flow.id }}" }),
            Options = new HttpOptions { Auth = new HttpAuth { Type = HttpAuthType.BASIC, Username = Property.Of<string>("me"), Password = Property.Of<string>("pass") } },
        };
        var asked = Asked(await RunAsync(request));

        asked.ShouldContain("X-Own: flow");
        asked.ShouldContain("Authorization: Basic " + Convert.ToBase64String("me:pass"u8));
        asked.ShouldNotContain(static line => line.StartsWith("Content-Type"));
    }

    [Fact]
    public async Task A_get_without_body_still_says_its_type() =>
        Asked(await RunAsync(new Request { Uri = Property.Of<string>(address + "/echo/") })).ShouldContain("Content-Type: application/json");

    [Fact]
    public async Task A_form_is_encoded_as_forms_are()
    {
        var asked = Asked(await RunAsync(new Request
        {
            Uri = Property.Of<string>(address + "/echo/"),
            Method = Property.Of<string>("POST"),
            FormData = Property.Of<IReadOnlyDictionary<string, object?>>(new OrderedDictionary<string, object?> { ["a"] = "x y", ["b"] = 2, ["c"] = "é" }),
        }));

        asked[^1].ShouldBe("a=x+y&b=2&c=%E9");
        asked.ShouldContain("Content-Type: application/x-www-form-urlencoded; charset=ISO-8859-1");
    }

    [Fact]
    public async Task A_multipart_form_sends_stored_files()
    {
        var stored = context.Storage.Put("file content", "kestra:///x/data.txt");
        var asked = Asked(await RunAsync(new Request
        {
            Uri = Property.Of<string>(address + "/echo/"),
            Method = Property.Of<string>("POST"),
            ContentType = Property.Of<string>("multipart/form-data"),
            FormData = Property.Of<IReadOnlyDictionary<string, object?>>(new OrderedDictionary<string, object?>
            {
                ["text"] = "t",
                ["file"] = stored,
                ["named"] = new OrderedDictionary<string, object?> { ["name"] = "other.bin", ["content"] = stored },
            }),
        }));

        var body = string.Join('\n', asked);
        body.ShouldContain("filename=data.txt");
        body.ShouldContain("filename=other.bin");
        body.ShouldContain("file content");
    }

    [Fact]
    public async Task A_bad_code_fails_unless_it_is_allowed()
    {
        Request With(HttpOptions options, int code = 404) => new() { Uri = Property.Of<string>($"{address}/status/{code}"), Options = options };

        (await RunAsync(With(new HttpOptions()))).Failure!.Message.ShouldBe("Failed http request with response code '404' and body:\ncode 404");
        (await RunAsync(With(new HttpOptions { AllowFailed = Property.Of<bool>(true) }))).Output("code").ShouldBe(404);
        var only404 = new HttpOptions { AllowedResponseCodes = Property.Of<IReadOnlyList<int>>(new List<object?> { 404 }) };
        (await RunAsync(With(only404))).Output("body").ShouldBe("code 404");
        (await RunAsync(With(only404, 200))).Failure!.Message.ShouldStartWith("Failed http request with response code '200'");
        (await RunAsync(new Request { Uri = Property.Of<string>(address + "/status/500"), AllowFailed = Property.Of<bool>(true) })).Output("code").ShouldBe(500);
    }

    [Fact]
    public async Task Redirects_and_compression_are_transparent()
    {
        (await RunAsync(new Request { Uri = Property.Of<string>(address + "/redirect") })).Output("body").ShouldBe("code 200");
        (await RunAsync(new Request { Uri = Property.Of<string>(address + "/redirect"), Options = new HttpOptions { FollowRedirects = Property.Of<bool>(false) } })).Output("code").ShouldBe(302);
        (await RunAsync(new Request { Uri = Property.Of<string>(address + "/zipped") })).Output("body").ShouldBe("unzipped");
    }

    [Fact]
    public async Task A_body_may_be_encrypted()
    {
        var run = await RunAsync(new Request { Uri = Property.Of<string>(address + "/status/200"), EncryptBody = Property.Of<bool>(true) });
        run.Outputs.Keys.ShouldNotContain("body");
        ((IReadOnlyDictionary<string, object?>)run.Output("encryptedBody")!)["value"].ShouldBe("encrypted:code 200");
    }

    [Fact]
    public async Task Nobody_there_is_told_by_address() =>
        (await RunAsync(new Request { Uri = Property.Of<string>("http://127.0.0.1:1/x") })).Failure!.Message.ShouldBe("Connect to http://127.0.0.1:1 failed: Connection refused");

    [Theory]
    [InlineData("ftp://x/y")]
    [InlineData("not an address")]
    [InlineData("file:///etc/passwd")]
    public async Task Only_addresses_of_http_are_taken(string uri) =>
        (await RunAsync(new Request { Uri = Property.Of<string>(uri) })).Failure!.Message.ShouldEndWith("is not an address of http or https");

    [Theory]
    [InlineData("http://169.254.169.254/latest/meta-data", null)]
    [InlineData("http://[::ffff:169.254.169.254]/", null)]
    [InlineData("SERVER/status/200", "127.0.0.0/8")]
    public async Task Blocked_networks_are_not_reached(string uri, string? blocked)
    {
        if (blocked is not null)
        {
            context.PluginConfiguration = new OrderedDictionary<string, object?> { ["blockedNetworks"] = new List<object?> { blocked } };
        }

        var run = await RunAsync(new Request { Uri = Property.Of<string>(uri.Replace("SERVER", address)) });
        run.State.ShouldBe(StateType.FAILED);
        run.Failure!.Message.ShouldContain("lies in a network that tasks may not reach");
    }

    [Fact]
    public async Task An_answer_that_does_not_come_is_given_up()
    {
        var run = await RunAsync(new Request { Uri = Property.Of<string>(address + "/slow"), Options = new HttpOptions { Timeout = new HttpTimeouts { ReadIdleTimeout = Property.Of<NodaTime.Duration>("PT0.2S") } } });
        run.Failure!.Message.ShouldStartWith("No answer within PT0.2S");
    }

    [Fact]
    public async Task Too_large_an_answer_names_the_remedy()
    {
        context.PluginConfiguration = new OrderedDictionary<string, object?> { ["maxBodyBytes"] = 4 };
        (await RunAsync(new Request { Uri = Property.Of<string>(address + "/status/200") })).Failure!.Message.ShouldContain("Use the Download task");
    }

    [Fact]
    public async Task A_body_must_be_text() =>
        (await RunAsync(new Request { Uri = Property.Of<string>(address + "/echo/"), Body = Property.Of<string>("a\ud800b") })).Failure!.Message
            .ShouldStartWith("Illegal unicode code point in request body: 55296, the Request task only support valid Unicode strings");

    [Fact]
    public async Task Logged_parts_hide_credentials()
    {
        var run = await RunAsync(new Request
        {
            Uri = Property.Of<string>(address + "/status/200"),
            Options = new HttpOptions { Logs = [HttpLoggedPart.REQUEST_HEADERS, HttpLoggedPart.RESPONSE_BODY], Auth = new HttpAuth { Type = HttpAuthType.BEARER, Token = Property.Of<string>("t0ken") } },
        });

        var log = string.Join('\n', run.Messages(LogLevel.DEBUG));
        log.ShouldContain("method: GET");
        log.ShouldContain("response body:\ncode 200");
        log.ShouldNotContain("t0ken");
    }

    [Theory]
    [InlineData("/named", null, "x+%5B1%5D.csv")]
    [InlineData("/folder/data.json", null, ".json")]
    [InlineData("/status/200", "own.txt", "/own.txt")]
    public async Task A_download_is_stored_under_a_fitting_name(string path, string? saveAs, string ending)
    {
        var run = await RunAsync(new Download { Uri = Property.Of<string>(address + path), SaveAs = saveAs is null ? null : Property.Of<string>(saveAs) });

        run.Failure.ShouldBeNull();
        ((string)run.Output("uri")!).ShouldEndWith(ending);
        run.Output("length").ShouldBe((long)context.Storage.Bytes((string)run.Output("uri")!).Length);
        run.Output("code").ShouldBe(200);
    }

    [Fact]
    public async Task A_download_refuses_what_it_should()
    {
        (await RunAsync(new Download { Uri = Property.Of<string>(address + "/named"), SaveAs = Property.Of<string>("a b.txt") })).Failure!.Message.ShouldBe("Illegal character in path at index 1: a b.txt");
        (await RunAsync(new Download { Uri = Property.Of<string>(address + "/empty") })).Failure!.Message.ShouldBe("No response from server");
        var empty = await RunAsync(new Download { Uri = Property.Of<string>(address + "/empty"), FailOnEmptyResponse = Property.Of<bool>(false) });
        empty.Output("length").ShouldBe(0L);
        empty.Messages(LogLevel.WARN).ShouldBe([$"File '{address}/empty' is empty"]);
        (await RunAsync(new Download { Uri = Property.Of<string>(address + "/status/404") })).Failure!.Message.ShouldStartWith("Failed http request with response code '404'");
    }

    [Theory]
    [InlineData("/status/200", "{{ response.statusCode < 400 }}", true)]
    [InlineData("/status/500", "{{ response.statusCode < 400 }}", false)]
    [InlineData("/status/500", "{{ response.body == 'code 500' }}", true)]
    public async Task A_trigger_fires_on_its_condition(string path, string condition, bool fires)
    {
        var trigger = new HttpTrigger { Uri = Property.Of<string>(address + path), ResponseCondition = Property.Of<string>(condition) };
        var variables = await trigger.EvaluateAsync(context, TestContext.Current.CancellationToken);

        (variables is not null).ShouldBe(fires);
        trigger.Interval.ShouldBe(NodaTime.Duration.FromMinutes(1));
    }

    private static async Task EchoAsync(HttpContext http)
    {
        using var reader = new StreamReader(http.Request.Body);
        var body = await reader.ReadToEndAsync();
        http.Response.Headers.Append("X-Test", new Microsoft.Extensions.Primitives.StringValues(["one", "two"]));
        var lines = http.Request.Headers.Select(static header => $"{header.Key}: {header.Value}").Prepend($"{http.Request.Method} {http.Request.Path.ToUriComponent()}").Append(body);
        var text = Encoding.UTF8.GetBytes(string.Join('\n', lines));
        http.Response.ContentLength = text.Length;
        await http.Response.Body.WriteAsync(text);
    }

    private static async Task ZippedAsync(HttpContext http)
    {
        http.Response.Headers.ContentEncoding = "gzip";
        await using var zip = new GZipStream(http.Response.Body, CompressionLevel.Fastest, leaveOpen: true);
        await zip.WriteAsync("unzipped"u8.ToArray());
    }

    private static string[] Asked(TestRun run)
    {
        run.Failure.ShouldBeNull();
        return ((string)run.Output("body")!).Split('\n');
    }

    private Task<TestRun> RunAsync(Tasks.IRunnableTask task) => TestRun.OfAsync(task, context, TestContext.Current.CancellationToken);
}
