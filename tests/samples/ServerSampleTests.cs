using System.Text;
using System.Text.Json;
using Kestra.Cli.Composition;
using Kestra.Storage;
using Microsoft.Extensions.DependencyInjection;
using NodaTime;

namespace Kestra.Samples;

/// <summary>The samples that somebody else starts or goes on with: a schedule, a webhook, an approval.</summary>
public sealed class ServerSampleTests : IAsyncLifetime
{
    private readonly Workspace workspace = new();
    private KestraServer? server;

    private string Address => $"http://localhost:{server!.Port}";

    private string[] Login => ["--server", Address, "--user", TestServers.User];

    public async ValueTask InitializeAsync() => server = await TestServers.StartAsync(Path.Combine(workspace.Folder, "server"), ServerParts.Scheduler);

    public async ValueTask DisposeAsync()
    {
        await server!.StopAsync(CancellationToken.None);
        await server.DisposeAsync();
        workspace.Dispose();
    }

    [Fact]
    public async Task The_nightly_report_waits_for_half_past_two_in_berlin()
    {
        await workspace.RunAsync(0, ["flow", "create", SampleRuns.File("nightly-report.yaml"), .. Login]);

        var trigger = await server!.Services.GetRequiredService<IStore>().Triggers.FindAsync("main", "samples.schedules", "nightly_report", "every_night", CancellationToken.None);
        var next = trigger.ShouldNotBeNull().NextExecutionDate.ShouldNotBeNull().WithZone(DateTimeZoneProviders.Tzdb["Europe/Berlin"]);
        next.TimeOfDay.ShouldBe(new LocalTime(2, 30));
        next.ToInstant().ShouldBeGreaterThan(SystemClock.Instance.GetCurrentInstant());
        (next.ToInstant() - SystemClock.Instance.GetCurrentInstant()).ShouldBeLessThan(Duration.FromHours(25));
    }

    [Theory]
    [InlineData(1250.5, "review", true)]
    [InlineData(12, "accept", false)]
    public async Task An_order_comes_by_webhook(double amount, string task, bool review)
    {
        await workspace.RunAsync(0, ["flow", "create", SampleRuns.File("order-webhook.yaml"), .. Login]);
        using var http = new HttpClient();
        using var body = new StringContent(JsonSerializer.Serialize(new Dictionary<string, object> { ["id"] = 7, ["amount"] = amount, ["customer"] = "ACME" }), Encoding.UTF8, "application/json");

        using var response = await http.PostAsync($"{Address}/api/v1/main/executions/webhook/samples.webhooks/order_webhook/change-me-4f8b1", body);

        response.IsSuccessStatusCode.ShouldBeTrue(await response.Content.ReadAsStringAsync());
        using var created = JsonDocument.Parse(await response.Content.ReadAsStringAsync());
        var execution = await EndAsync(created.RootElement.GetProperty("id").GetString()!, 0);
        execution.Tasks().ShouldContain(task);
        execution.Output("customer").GetString().ShouldBe("ACME");
        execution.GetProperty("labels").EnumerateArray().Any(static label => label.GetProperty("key").GetString() == "review").ShouldBe(review);
    }

    [Theory]
    [InlineData("true", 0, "SUCCESS", "ship")]
    [InlineData("false", 1, "FAILED", "reject")]
    public async Task A_release_waits_for_its_approval(string approved, int code, string state, string task)
    {
        using var run = JsonDocument.Parse(await workspace.RunAsync(0, ["flow", "run", SampleRuns.File("release-approval.yaml"), "--no-wait", "--inputs", "version=2.4.0", "-o", "json", .. Login]));
        var id = run.RootElement.GetProperty("id").GetString()!;
        using var watcher = new Workspace();
        var watching = watcher.RunAsync(["execution", "follow", id, .. Login]);
        await watcher.SeesAsync("PAUSED: ");

        await workspace.RunAsync(0, ["execution", "resume", id, "--inputs", $"approved={approved}", "--inputs", "reason=so it is", .. Login]);

        (await watching).ShouldBe(code, watcher.Output + watcher.Error);
        var execution = await EndAsync(id, code);
        execution.State().ShouldBe(state);
        execution.Tasks().ShouldContain(task);
    }

    private async Task<JsonElement> EndAsync(string id, int code)
    {
        await workspace.RunAsync(code, ["execution", "follow", id, .. Login]);
        using var document = JsonDocument.Parse(await workspace.RunAsync(0, ["execution", "get", id, .. Login]));
        return document.RootElement.Clone();
    }
}
