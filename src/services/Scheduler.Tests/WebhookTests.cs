using System.Text;
using Kestra.Hosting.Lanes;
using Kestra.Hosting.Triggers;
using Kestra.Model.Flows;
using Kestra.Model.Identifiers;
using Shouldly;
using Xunit;

namespace Kestra.Scheduler.Tests;

public sealed class WebhookTests
{
    private readonly World world = new("2024-01-01T00:00:00Z");

    private static TriggerDefinition Webhook(string key) =>
        new() { Id = "hook", Type = TestPlugins.WebhookType, Properties = new OrderedDictionary<string, object?> { ["key"] = key, ["wait"] = true } };

    private Task<WebhookOutcome> CallAsync(Flow flow, string key, string? body = null) => CallAsync(flow, key, Encoding.UTF8.GetBytes(body ?? ""));

    private Task<WebhookOutcome> CallAsync(Flow flow, string key, byte[] body) =>
        new WebhookExecutions(world.Executions, world.Stored, world.Time, new RandomIdSource()).CreateAsync(
            flow with { Revision = 3 },
            new WebhookRequest(key, body, [new("X-Event", ["push"])], [new("a", ["1", "2"])]),
            CancellationToken.None);

    [Fact]
    public async Task CreatesAnExecutionWithTheRequest()
    {
        var outcome = await CallAsync(World.FlowWith(Webhook("{{ 'se' ~ 'cret' }}")), "secret", """{"a": [1, "x"]}""");
        var submitted = outcome.ShouldBeOfType<WebhookOutcome.Submitted>();
        submitted.Wait.ShouldBeTrue();
        submitted.Outcome.ShouldBeOfType<CommandOutcome.Accepted>();
        var trigger = world.Stored.Executions.ShouldHaveSingleItem().Trigger!;
        trigger.Id.ShouldBe("hook");
        var body = (IReadOnlyDictionary<string, object?>)trigger.Variables!["body"]!;
        ((IReadOnlyList<object?>)body["a"]!)[1].ShouldBe("x");
        ((IReadOnlyDictionary<string, object?>)trigger.Variables["headers"]!)["X-Event"].ShouldBe(new List<object?> { "push" });
        ((IReadOnlyDictionary<string, object?>)trigger.Variables["parameters"]!)["a"].ShouldBe(new List<object?> { "1", "2" });
    }

    [Theory]
    [InlineData("{\"bad\"", "{\"bad\"")]
    [InlineData("plain", "plain")]
    [InlineData("12", "12")]
    [InlineData("{\"a\": \"\\ud800\"}", "{\"a\": \"\\ud800\"}")]
    public async Task WhatIsNeitherObjectNorArrayStaysText(string body, string expected)
    {
        await CallAsync(World.FlowWith(Webhook("k")), "k", body);
        world.Stored.Executions.Single().Trigger!.Variables!["body"].ShouldBe(expected);
    }

    [Fact]
    public async Task AMarkOfTheEncodingIsNotPartOfTheBody()
    {
        await CallAsync(World.FlowWith(Webhook("k")), "k", [.. Encoding.UTF8.Preamble, .. """{"a": "ü"}"""u8]);
        world.Stored.Executions.Single().Trigger!.Variables!["body"].ShouldBeAssignableTo<IReadOnlyDictionary<string, object?>>()!["a"].ShouldBe("ü");
    }

    [Fact]
    public async Task BytesThatAreNoTextAreReplacedAndTheRestIsRead()
    {
        await CallAsync(World.FlowWith(Webhook("k")), "k", [.. """{"a": "x"""u8, 0xff, .. "\"}"u8]);
        world.Stored.Executions.Single().Trigger!.Variables!["body"].ShouldBeAssignableTo<IReadOnlyDictionary<string, object?>>()!["a"].ShouldBe("x\ufffd");
    }

    [Fact]
    public async Task AnEmptyBodyIsAbsent()
    {
        await CallAsync(World.FlowWith(Webhook("k")), "k", "");
        world.Stored.Executions.Single().Trigger!.Variables!.ContainsKey("body").ShouldBeFalse();
    }

    [Fact]
    public async Task AnotherKeyADisabledTriggerAndAKeyThatFailsAreNotFound()
    {
        (await CallAsync(World.FlowWith(Webhook("k")), "other")).ShouldBeOfType<WebhookOutcome.NoTrigger>();
        (await CallAsync(World.FlowWith(Webhook("k") with { Disabled = true }), "k")).ShouldBeOfType<WebhookOutcome.NoTrigger>();
        (await CallAsync(World.FlowWith(Webhook("{{ secret('NONE') }}")), "k")).ShouldBeOfType<WebhookOutcome.NoTrigger>();
        (await CallAsync(World.FlowWith(World.Schedule("* * * * *")), "k")).ShouldBeOfType<WebhookOutcome.NoTrigger>();
        world.Stored.Executions.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("yes", true)]
    [InlineData("no", false)]
    public async Task ConditionsSeeTheRequest(string body, bool created)
    {
        var hook = Webhook("k") with { Conditions = [World.Condition(TestPlugins.ExpressionType, "expression", "{{ trigger.body == 'yes' }}")] };
        var outcome = await CallAsync(World.FlowWith(hook), "k", body);
        (outcome is WebhookOutcome.Submitted).ShouldBe(created);
        world.Stored.Executions.Count.ShouldBe(created ? 1 : 0);
    }

    [Fact]
    public async Task AConditionThatThrowsDoesNotHold()
    {
        var hook = Webhook("k") with { Conditions = [World.Condition(TestPlugins.ThrowingType)] };
        (await CallAsync(World.FlowWith(hook), "k")).ShouldBeOfType<WebhookOutcome.ConditionsNotMet>();
    }
}
