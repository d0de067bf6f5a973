using System.Diagnostics.Metrics;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Kestra.Hosting.Configuration;
using Kestra.Hosting.Logging;
using Kestra.Hosting.Management;
using Kestra.Hosting.Telemetry;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Kestra.Hosting.Tests;

public sealed class ManagementServerTests : IAsyncDisposable
{
    private readonly MetricCollector metrics = new();
    private readonly Switch database = new();
    private ManagementServer? server;
    private HttpClient? client;

    public async ValueTask DisposeAsync()
    {
        client?.Dispose();
        if (server is not null)
        {
            await server.StopAsync(CancellationToken.None);
            await server.DisposeAsync();
        }

        metrics.Dispose();
    }

    [Fact]
    public async Task Health_follows_its_parts_and_liveness_does_not()
    {
        var http = await StartAsync();

        (await http.GetAsync("/health", Token)).StatusCode.ShouldBe(HttpStatusCode.OK);
        database.Problem = "gone";
        var down = await http.GetAsync("/health", Token);
        var body = await down.Content.ReadFromJsonAsync<JsonElement>(Token);

        down.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        body.GetProperty("status").GetString().ShouldBe("DOWN");
        body.GetProperty("details").GetProperty("service").GetProperty("status").GetString().ShouldBe("DOWN");
        (await http.GetAsync("/health/readiness", Token)).StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        (await http.GetAsync("/health/liveness", Token)).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Metrics_are_exposed_as_text_and_as_JSON()
    {
        var http = await StartAsync();
        using var meter = new Meter("Kestra.Test");
        meter.CreateCounter<long>("worker.started.count", description: "jobs started").Add(2, new KeyValuePair<string, object?>("task_type", "a\"b"));
        meter.CreateHistogram<double>("worker.ended.duration").Record(1.5);

        var text = await http.GetStringAsync("/prometheus", Token);
        var names = await http.GetFromJsonAsync<JsonElement>("/metrics", Token);
        var one = await http.GetFromJsonAsync<JsonElement>("/metrics/kestra.worker.started.count", Token);

        text.ShouldContain("# TYPE kestra_worker_started_count_total counter");
        text.ShouldContain("kestra_worker_started_count_total{server_type=\"STANDALONE\",task_type=\"a\\\"b\"} 2\n");
        text.ShouldContain("kestra_worker_ended_duration_seconds_sum{server_type=\"STANDALONE\"} 1.5\n");
        names.GetProperty("names").EnumerateArray().Select(name => name.GetString()).ShouldContain("kestra.worker.started.count");
        one.GetProperty("measurements")[0].GetProperty("value").GetDouble().ShouldBe(2);
        (await http.GetAsync("/metrics/unknown", Token)).StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Levels_change_while_the_server_runs()
    {
        var levels = new LogLevels();
        var http = await StartAsync(levels: levels);

        (await http.PostAsJsonAsync("/loggers/io.kestra.core", new { configuredLevel = "DEBUG" }, Token)).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await http.PostAsJsonAsync("/loggers/io.kestra.core", new { configuredLevel = "LOUD" }, Token)).StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        levels.Effective("io.kestra.core.runners").ShouldBe(LogLevel.Debug);
        (await http.PostAsJsonAsync("/loggers/io.kestra.core", new { configuredLevel = "NOT_SPECIFIED" }, Token)).StatusCode.ShouldBe(HttpStatusCode.OK);
        levels.Effective("io.kestra.core.runners").ShouldBe(LogLevel.Information);
        levels.Effective("somebody.else").ShouldBe(LogLevel.Warning);
    }

    [Fact]
    public async Task Credentials_are_asked_for_when_configured()
    {
        var http = await StartAsync("endpoints.all.basic-auth: {username: ops, password: pass}\n");

        (await http.GetAsync("/health", Token)).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes("ops:pass")));
        (await http.GetAsync("/health", Token)).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task The_environment_is_shown_without_secrets()
    {
        var http = await StartAsync("kestra.encryption.secret-key: topvalue\n");

        var text = await http.GetStringAsync("/env", Token);

        text.ShouldContain("kestra.encryption.secret-key");
        text.ShouldNotContain("topvalue");
    }

    [Fact]
    public async Task Threads_and_what_parts_tell_of_themselves_are_shown()
    {
        var http = await StartAsync();

        var threads = await http.GetFromJsonAsync<JsonElement>("/threaddump", Token);
        var report = await http.GetAsync("/worker", Token);

        threads.GetArrayLength().ShouldBeGreaterThan(1);
        threads[0].GetProperty("threadId").GetInt64().ShouldBeGreaterThan(0);
        report.Content.Headers.ContentType!.MediaType.ShouldBe("application/json");
        (await report.Content.ReadAsStringAsync(Token)).ShouldBe("""{"runningCount":0}""");
        (await http.GetAsync("/scheduler", Token)).StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    private static ManagementReport Report { get; } = new("/worker", static (writer, _) =>
    {
        writer.WriteStartObject();
        writer.WriteNumber("runningCount", 0);
        writer.WriteEndObject();
        return Task.CompletedTask;
    });

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private async Task<HttpClient> StartAsync(string yaml = "", LogLevels? levels = null)
    {
        var configuration = new ConfigurationBuilder(new Dictionary<string, string> { ["KESTRA_CONFIGURATION"] = yaml }).ForceLocal(Path.GetTempPath()).Build();
        var settings = ServerSettingsReader.Read(configuration, ServerType.Standalone, 1);
        var endpoints = new ManagementEndpoints([new ServiceIndicator(() => database.Problem)], metrics, levels ?? new LogLevels(), configuration, settings, ProductVersion.Current, [Report]);
        server = new ManagementServer(endpoints, settings, NullLoggerFactory.Instance);
        await server.StartAsync(Token);
        client = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{server.Port}") };
        return client;
    }

    private sealed class Switch
    {
        public string? Problem { get; set; }
    }
}
