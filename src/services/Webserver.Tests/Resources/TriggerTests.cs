using System.Text.Json;
using Kestra.Webserver.Tests.Running;

namespace Kestra.Webserver.Tests.Resources;

public sealed class TriggerTests(SharedServer shared) : IClassFixture<SharedServer>
{
    private const string Triggers = "/api/v1/main/triggers";

    private readonly TestServer server = shared.Server;

    [Fact]
    public async Task A_trigger_is_switched_off_and_on()
    {
        await PutAsync("trig.switch");

        var off = await server.SendJsonAsync("PUT", Triggers, new { @namespace = "trig.switch", flowId = "f", triggerId = "yearly", disabled = true });
        off.Json.GetProperty("disabled").GetBoolean().ShouldBeTrue();
        off.Json.GetProperty("tenantId").GetString().ShouldBe("main");
        var on = await server.SendJsonAsync("POST", $"{Triggers}/set-disabled/by-triggers", new { triggers = new[] { Key("trig.switch") }, disabled = false });
        on.Json.GetProperty("count").GetInt32().ShouldBe(1);
        var listed = (await server.GetAsync($"{Triggers}/trig.switch/f")).Json;
        listed.GetProperty("total").GetInt32().ShouldBe(1);
        listed.GetProperty("results")[0].GetProperty("disabled").GetBoolean().ShouldBeFalse();
        listed.GetProperty("results")[0].TryGetProperty("nextExecutionDate", out _).ShouldBeTrue();
    }

    [Fact]
    public async Task A_search_shows_what_the_flow_says_beside_the_state()
    {
        await PutAsync("trig.search");

        var found = (await server.GetAsync($"{Triggers}/search?filters[namespace][EQUALS]=trig.search")).Json;

        var item = found.GetProperty("results").EnumerateArray().ShouldHaveSingleItem();
        item.GetProperty("abstractTrigger").GetProperty("cron").GetString().ShouldBe("0 0 1 1 *");
        item.GetProperty("triggerContext").GetProperty("triggerId").GetString().ShouldBe("yearly");
    }

    [Fact]
    public async Task A_backfill_is_started_paused_and_deleted()
    {
        await PutAsync("trig.fill");
        // Paused before its first date can be fired: dates of the past come one after the other.
        var started = await server.SendJsonAsync("PUT", Triggers, new { @namespace = "trig.fill", flowId = "f", triggerId = "yearly", backfill = new { start = "2000-01-01T00:00:00Z", end = "2020-01-02T00:00:00Z", labels = new[] { new { key = "bf", value = "1" } } } });
        started.Status.ShouldBe(200, started.Text);
        started.Json.GetProperty("backfill").GetProperty("paused").GetBoolean().ShouldBeFalse();

        (await server.SendJsonAsync("PUT", $"{Triggers}/backfill/pause", Key("trig.fill"))).Json.GetProperty("backfill").GetProperty("paused").GetBoolean().ShouldBeTrue();
        (await server.SendJsonAsync("POST", $"{Triggers}/backfill/unpause/by-triggers", new[] { Key("trig.fill") })).Json.GetProperty("count").GetInt32().ShouldBe(1);
        (await server.SendAsync("POST", $"{Triggers}/backfill/pause/by-query?namespace=trig.fill")).Json.GetProperty("count").GetInt32().ShouldBe(1);
        (await server.SendJsonAsync("POST", $"{Triggers}/backfill/delete", Key("trig.fill"))).Json.TryGetProperty("backfill", out _).ShouldBeFalse();
        var again = await server.SendJsonAsync("POST", $"{Triggers}/backfill/delete", Key("trig.fill"));
        (again.Status, again.Json.GetProperty("message").GetString()).ShouldBe((400, "Bad Request: No backfill found"));
    }

    [Theory]
    [InlineData("nope", "f", "yearly", "Not Found: Flow of trigger yearly not found")]
    [InlineData("trig.unknown", "f", "nope", "Not Found: Flow f has no trigger nope")]
    public async Task What_does_not_exist_is_said(string @namespace, string flowId, string triggerId, string message)
    {
        await PutAsync("trig.unknown");

        var answer = await server.SendJsonAsync("PUT", Triggers, new { @namespace, flowId, triggerId, disabled = true });

        (answer.Status, answer.Json.GetProperty("message").GetString()).ShouldBe((404, message));
    }

    [Fact]
    public async Task A_trigger_that_is_not_locked_is_not_unlocked()
    {
        await PutAsync("trig.lock");

        (await server.SendAsync("POST", $"{Triggers}/trig.lock/f/yearly/unlock")).Status.ShouldBe(409);
        (await server.SendAsync("POST", $"{Triggers}/trig.lock/f/nope/unlock")).Status.ShouldBe(404);
        (await server.SendAsync("POST", $"{Triggers}/unlock/by-query?namespace=trig.lock")).Json.GetProperty("count").GetInt32().ShouldBe(0);
        (await server.SendAsync("POST", $"{Triggers}/trig.lock/f/yearly/restart")).Status.ShouldBe(200);
    }

    [Fact]
    public async Task Only_schedules_have_backfills()
    {
        await server.PutFlowAsync("id: h\nnamespace: trig.hook\ntasks:\n  - id: l\n    type: io.kestra.plugin.core.log.Log\n    message: x\ntriggers:\n  - id: hook\n    type: io.kestra.plugin.core.trigger.Webhook\n    key: k\n");

        var answer = await server.SendJsonAsync("PUT", Triggers, new { @namespace = "trig.hook", flowId = "h", triggerId = "hook", backfill = new { start = "2020-01-01T00:00:00Z" } });

        answer.Status.ShouldBe(404, answer.Text);
    }

    [Fact]
    public async Task A_webhook_that_waits_gives_the_outputs()
    {
        await server.PutFlowAsync("id: h\nnamespace: trig.wait\noutputs:\n  - id: o\n    type: STRING\n    value: \"{{ trigger.body.a }}\"\ntasks:\n  - id: l\n    type: io.kestra.plugin.core.log.Log\n    message: x\ntriggers:\n  - id: hook\n    type: io.kestra.plugin.core.trigger.Webhook\n    key: k\n    wait: true\n");

        var answer = await server.SendJsonAsync("POST", "/api/v1/executions/webhook/trig.wait/h/k", new { a = "from outside" });

        answer.Json.GetProperty("state").GetProperty("current").GetString().ShouldBe("SUCCESS");
        answer.Json.GetProperty("outputs").GetProperty("o").GetString().ShouldBe("from outside");
        answer.Json.EnumerateObject().Select(static property => property.Name).ShouldBe(["tenantId", "id", "namespace", "flowId", "flowRevision", "trigger", "outputs", "labels", "state", "url"]);
    }

    private static object Key(string @namespace) => new { @namespace, flowId = "f", triggerId = "yearly" };

    private Task PutAsync(string @namespace) =>
        server.PutFlowAsync($"id: f\nnamespace: {@namespace}\ntasks:\n  - id: l\n    type: io.kestra.plugin.core.log.Log\n    message: x\ntriggers:\n  - id: yearly\n    type: io.kestra.plugin.core.trigger.Schedule\n    cron: \"0 0 1 1 *\"\n");
}
