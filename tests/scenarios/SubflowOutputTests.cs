using Kestra.Engine;
using Kestra.Hosting.Lanes;
using Kestra.Model.Executions;
using Kestra.Model.Identifiers;
using Kestra.Storage;
using Kestra.Storage.Logs;
using Microsoft.Extensions.DependencyInjection;
using NodaTime;

namespace Kestra.Scenarios;

/// <summary>An installation may forbid outputs that a Subflow task declares for itself (catalogue §2.9).</summary>
public sealed class SubflowOutputTests
{
    private const string Refusal = "Defining outputs inside the Subflow task is not allowed.";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("", "", StateType.FAILED)]
    [InlineData("allowFailure: true,", "", StateType.WARNING)]
    [InlineData("", "outputs: [{id: o, type: STRING, value: mine}]", StateType.SUCCESS)]
    public async Task Only_a_flow_that_declares_its_outputs_gives_some(string flags, string declared, StateType state)
    {
        await using var server = await ScenarioServer.StartAsync(null, Token, configure: static builder => builder.Force("kestra.plugins.configurations", new List<object?>
        {
            new Dictionary<string, object?> { ["type"] = "io.kestra.plugin.core.flow.Subflow", ["values"] = new Dictionary<string, object?> { ["outputs"] = new Dictionary<string, object?> { ["enabled"] = false } } },
        }));
        await server.SaveAsync($$"""
            id: outputs_child
            namespace: golden
            tasks:
              - {id: a, type: io.kestra.plugin.core.debug.Return, format: x}
            {{declared}}
            """, Token);
        var flow = await server.SaveAsync($$$"""
            id: outputs_parent
            namespace: golden
            tasks:
              - {id: s, type: io.kestra.plugin.core.flow.Subflow, namespace: golden, flowId: outputs_child, {{{flags}}} outputs: {got: "{{ outputs.a.value }}"}}
            """, Token);
        var id = new RandomIdSource().Next();
        await server.Services.GetRequiredService<IExecutionCommands>().SubmitAsync(
            new ExecutionRequest(flow.TenantId, id, new Command.Create(NewExecution.Build(flow, id, null, null, null, null, null, SystemClock.Instance.GetCurrentInstant()))), Token);

        var ended = await server.Services.GetRequiredService<IExecutionFollow>().WaitForEndAsync(flow.TenantId, id, Token).WaitAsync(TimeSpan.FromMinutes(1), Token);

        ended.State.Current.ShouldBe(state);
        var outputs = ended.TaskRunList!.Single().Outputs!.GetValueOrDefault("outputs") as IReadOnlyDictionary<string, object?>;
        (outputs?.GetValueOrDefault("o")).ShouldBe(declared.Length > 0 ? "mine" : null);
        (outputs?.ContainsKey("got") ?? false).ShouldBeFalse();
        var logs = await server.Services.GetRequiredService<IStore>().Logs.ReadExecutionAsync(flow.TenantId, id, new LogQuery(), 0, 100, Token);
        logs.Any(static entry => entry.Entry.Message == Refusal).ShouldBe(declared.Length == 0);
    }
}
