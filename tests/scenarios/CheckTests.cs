using Kestra.Engine;
using Kestra.Hosting.Inputs;
using Kestra.Model.Flows;
using Microsoft.Extensions.DependencyInjection;

namespace Kestra.Scenarios;

/// <summary>The <c>checks</c> of a flow: accepted, evaluated with the inputs, the strongest behaviour wins.</summary>
public sealed class CheckTests(StatedBehaviourTests.Host host) : IClassFixture<StatedBehaviourTests.Host>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(1, CheckBehavior.BLOCK_EXECUTION, "blocked: 1; failed")]
    [InlineData(5, CheckBehavior.FAIL_EXECUTION, "failed")]
    [InlineData(15, CheckBehavior.CREATE_EXECUTION, null)]
    [InlineData(25, CheckBehavior.CREATE_EXECUTION, null)]
    public async Task The_strongest_behaviour_of_the_checks_that_fail_wins(int amount, CheckBehavior behavior, string? failure)
    {
        var flow = await host.Server.SaveAsync(
            $$$"""
            id: checked_{{{amount}}}
            namespace: golden
            inputs: [{id: amount, type: INT}]
            checks:
              - {condition: "{{ inputs.amount > 2 }}", message: "blocked: {{ inputs.amount }}", style: ERROR}
              - {condition: "{{ inputs.amount > 10 }}", message: failed, behavior: FAIL_EXECUTION}
              - {when: "{{ inputs.amount > 20 }}", message: created, behavior: CREATE_EXECUTION}
            tasks: [{id: a, type: io.kestra.plugin.core.log.Log, message: a}]
            """,
            Token);
        var verdict = Judge(flow, new OrderedDictionary<string, object?> { ["amount"] = amount });
        verdict.Behavior.ShouldBe(behavior);
        verdict.Failure.ShouldBe(failure);
        verdict.Failed.Count.ShouldBe(amount switch { 1 => 3, 5 => 2, 15 => 1, _ => 0 });
    }

    [Fact]
    public async Task A_check_that_cannot_be_told_has_failed()
    {
        var flow = await host.Server.SaveAsync(
            """
            id: checked_error
            namespace: golden
            checks: [{condition: "{{ nope }}", message: untold}]
            tasks: [{id: a, type: io.kestra.plugin.core.log.Log, message: a}]
            """,
            Token);
        var verdict = Judge(flow, null);
        verdict.Blocks.ShouldBeTrue();
        verdict.Failure!.ShouldStartWith("untold (");
    }

    [Fact]
    public async Task Subflows_are_blocked_or_fail_by_the_checks_of_their_flow()
    {
        var result = await RunAsync("FAIL_EXECUTION");
        result["executions"]![0]!["history"]!.ToJsonString().ShouldBe("""["CREATED","FAILED"]""");
        result = await RunAsync("BLOCK_EXECUTION");
        result["executions"].ShouldBeNull();
        result["taskRuns"]![0]!["history"]!.ToJsonString().ShouldBe("""["CREATED","FAILED"]""");
    }

    private CheckVerdict Judge(Flow flow, IReadOnlyDictionary<string, object?>? inputs) =>
        FlowChecks.Judge(host.Server.Services.GetRequiredService<EngineEnvironment>(), flow, "execution", inputs, Token);

    private Task<System.Text.Json.Nodes.JsonObject> RunAsync(string behavior)
    {
        var child = $$"""
            id: checked_child_{{behavior}}
            namespace: golden
            checks: [{condition: "false", message: never, behavior: {{behavior}}}]
            tasks: [{id: a, type: io.kestra.plugin.core.log.Log, message: a}]
            """;
        var parent = $$"""
            id: checked_parent_{{behavior}}
            namespace: golden
            tasks: [{id: s, type: io.kestra.plugin.core.flow.Subflow, namespace: golden, flowId: checked_child_{{behavior}}}]
            """;
        return new ScenarioDriver(host.Server, new Recording("checked", parent, [child], RunScript.Parse("""{"subflows":true}"""), new System.Text.Json.Nodes.JsonObject())).RunAsync(Token);
    }
}
