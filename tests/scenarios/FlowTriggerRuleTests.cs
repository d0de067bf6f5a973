using Kestra.Model;
using Kestra.Model.Executions;
using Kestra.Model.Flows;
using Kestra.Model.Json;
using Kestra.Storage;
using Kestra.Storage.Queries;
using Microsoft.Extensions.DependencyInjection;

namespace Kestra.Scenarios;

/// <summary>What no trace of an execution shows of flow triggers (§7.7).</summary>
public sealed class FlowTriggerRuleTests(StatedBehaviourTests.Host host) : IClassFixture<StatedBehaviourTests.Host>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Executions_of_tests_and_playgrounds_trigger_nothing_and_the_others_pass_their_correlation_on()
    {
        var upstream = await SaveAsync("trigger_rule_upstream");
        await SaveAsync("trigger_rule_downstream", """
            triggers:
              - id: t
                type: io.kestra.plugin.core.trigger.Flow
                conditions: [{type: io.kestra.plugin.core.condition.ExecutionFlow, namespace: golden, flowId: trigger_rule_upstream}]
            """);
        await RunAsync(upstream, ExecutionKind.TEST);
        await RunAsync(upstream, ExecutionKind.PLAYGROUND);

        // Changes are acted on in order: what the last one has started comes after whatever the others would have.
        var normal = await RunAsync(upstream, null);
        var started = await UntilStartedAsync("trigger_rule_downstream");

        started.ShouldHaveSingleItem();
        started[0].Trigger!.Variables!["executionId"].ShouldBe(normal);
        started[0].Labels!.Single(static label => label.Key == Label.CorrelationId).Value.ShouldBe(normal);
    }

    private Task<Flow> SaveAsync(string id, string more = "") => host.Server.SaveAsync($$"""
        id: {{id}}
        namespace: golden
        tasks:
          - {id: a, type: io.kestra.plugin.core.log.Log, message: a}
        {{more}}
        """, Token);

    private async Task<string> RunAsync(Flow flow, ExecutionKind? kind)
    {
        var id = await host.Server.BeginAsync(flow, kind);
        await host.Server.EndAsync(id);
        return id;
    }

    private Task<List<Execution>> UntilStartedAsync(string flowId) => Patiently.FindAsync(
        async () =>
        {
            var page = await host.Server.Services.GetRequiredService<IStore>().Executions.SearchAsync(
                Tenants.Default, [new QueryFilter(FilterField.FLOW_ID, FilterOperation.EQUALS, flowId)], new PageRequest(1, 10), Token);
            return page.Total == 0 ? null : page.Results.Select(static document => ModelJson.ReadExecution(document.Span)).ToList();
        },
        $"an execution of {flowId} has started");
}
