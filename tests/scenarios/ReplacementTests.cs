using Kestra.Engine;
using Kestra.Executor.Partitions;
using Kestra.Hosting.Lanes;
using Kestra.Model.Executions;
using Kestra.Model.Flows;
using Kestra.Storage.Executions;
using Microsoft.Extensions.DependencyInjection;

namespace Kestra.Scenarios;

/// <summary>Subflows that are to be replaced by another execution later (§3.4), where that is for another process to do.</summary>
public sealed class ReplacementTests
{
    private const int Pairs = 8;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_kill_reaches_a_replacement_that_does_not_exist_yet()
    {
        await using var group = await ServerGroup.OnPostgresAsync();
        var first = await group.AddAsync(Token);
        await group.AddAsync(Token);
        var parents = new List<string>();
        for (var number = 0; number < Pairs; number++)
        {
            await first.SaveAsync(Child(number), Token);
            parents.Add(await first.BeginAsync(await first.SaveAsync(Parent(number), Token)));
        }

        Enumerable.Range(0, Pairs).ShouldContain(number => OwnerOf(group, $"replaced_parent{number}") != OwnerOf(group, $"replaced_child{number}"), "some of them are of different processes");
        foreach (var id in parents)
        {
            // The task names the execution that it waits for.
            await Patiently.UntilAsync(
                async () => (await first.FindAsync(id))?.TaskRunList is [{ Outputs: { } outputs }] && outputs.GetValueOrDefault("executionId") is string awaited && await first.FindAsync(awaited) is null,
                "an execution is waited for that does not exist yet");
        }

        foreach (var id in parents)
        {
            await first.SubmitAsync(id, new Command.Kill());
        }

        foreach (var id in parents)
        {
            await first.UntilAsync(id, static execution => execution.TaskRunList!.Single().State.Current == StateType.KILLED, "the task that waited for it has ended");
        }
    }

    [Fact]
    public async Task A_restart_waits_for_a_replacement_that_does_not_exist_yet()
    {
        await using var group = await ServerGroup.OnPostgresAsync();
        var first = await group.AddAsync(Token);
        await group.AddAsync(Token);
        var parents = new List<string>();
        for (var number = 0; number < Pairs; number++)
        {
            await first.SaveAsync(Restarted(number), Token);
            parents.Add(await first.BeginAsync(await first.SaveAsync(Batch(number), Token)));
        }

        Enumerable.Range(0, Pairs).ShouldContain(number => OwnerOf(group, $"replaced_batch{number}") != OwnerOf(group, $"replaced_part{number}"), "some of them are of different processes");
        foreach (var id in parents)
        {
            (await first.EndAsync(id)).State.Current.ShouldBe(StateType.FAILED);
            (await first.SubmitAsync(id, new Command.Restart(null))).ShouldBeOfType<CommandOutcome.Accepted>();
        }

        // The restarted part fails at its second task, which another execution shall try again. The batch wants that one restarted, if it failed; it does not exist yet.
        foreach (var id in parents)
        {
            await first.UntilAsync(id, static execution => execution.State.Current is StateType.SUCCESS or StateType.FAILED && execution.State.Histories.Any(static entry => entry.State == StateType.RESTARTED), "the restarted execution has ended");
            var ended = (await first.FindAsync(id))!;
            ended.State.Current.ShouldBe(StateType.SUCCESS, string.Join("; ", await first.LogsAsync(id)));
        }
    }

    private static ScenarioServer OwnerOf(ServerGroup group, string flow) => group.Servers.Single(server =>
        server.Services.GetRequiredService<OwnedPartitions>() is var owned && owned.Owns(FlowPartition.Of(Tenants.Default, "golden", flow, owned.Total)));

    private static string Child(int number) => $$"""
        id: replaced_child{{number}}
        namespace: golden
        retry: {type: constant, interval: PT1H, maxAttempts: 2, behavior: CREATE_NEW_EXECUTION}
        tasks:
          - {id: fails, type: io.kestra.plugin.core.execution.Fail}
        """;

    private static string Parent(int number) => $$"""
        id: replaced_parent{{number}}
        namespace: golden
        tasks:
          - {id: call, type: io.kestra.plugin.core.flow.Subflow, namespace: golden, flowId: replaced_child{{number}}, wait: true}
        """;

    private static string Restarted(int number) => $$$"""
        id: replaced_part{{{number}}}
        namespace: golden
        tasks:
          - {id: once, type: io.kestra.plugin.core.execution.Fail, condition: "{{ taskrun.attemptsCount < 1 and (labels.system.replay ?? '') != 'true' }}"}
          - id: twice
            type: io.kestra.plugin.core.execution.Fail
            condition: "{{ (labels.system.replay ?? '') != 'true' }}"
            retry: {type: constant, interval: PT3S, maxAttempts: 5, behavior: CREATE_NEW_EXECUTION}
        """;

    private static string Batch(int number) => $$$"""
        id: replaced_batch{{{number}}}
        namespace: golden
        tasks:
          - {id: list, type: io.kestra.plugin.core.storage.Write, content: "a"}
          - {id: each, type: io.kestra.plugin.core.flow.ForEachItem, items: "{{ outputs.list.uri }}", namespace: golden, flowId: replaced_part{{{number}}}}
        """;
}
