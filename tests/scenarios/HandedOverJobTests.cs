using Kestra.Engine;
using Kestra.Hosting.Lanes;
using Kestra.Model.Executions;
using Kestra.Model.Flows;
using Kestra.Model.Identifiers;
using Kestra.Storage;
using Kestra.Storage.Logs;
using Microsoft.Extensions.DependencyInjection;
using NodaTime;

namespace Kestra.Scenarios;

/// <summary>What a worker runs while its executor hands a partition to another process is run once.</summary>
public sealed class HandedOverJobTests
{
    private const int Flows = 24;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Jobs_that_are_underway_when_partitions_move_run_once()
    {
        await using var group = await ServerGroup.OnPostgresAsync();
        var first = await group.AddAsync(Token);
        var ids = new List<string>();
        for (var number = 0; number < Flows; number++)
        {
            // One job that tells of its beginning and lasts for several looks of a worker at its claims.
            var flow = await first.SaveAsync($$"""
                id: handed_over{{number}}
                namespace: golden
                tasks:
                  - id: w
                    type: io.kestra.plugin.core.flow.WorkingDirectory
                    tasks:
                      - {id: a, type: io.kestra.plugin.core.log.Log, message: begins}
                      - {id: b, type: io.kestra.plugin.core.flow.Sleep, duration: PT15S}
                """, Token);
            var id = new RandomIdSource().Next();
            var create = new Command.Create(NewExecution.Build(flow, id, null, null, null, null, null, SystemClock.Instance.GetCurrentInstant()));
            (await first.Services.GetRequiredService<IExecutionCommands>().SubmitAsync(new ExecutionRequest(flow.TenantId, id, create), Token)).ShouldBeOfType<CommandOutcome.Accepted>();
            ids.Add(id);
        }

        await group.AddAsync(Token);

        var logs = first.Services.GetRequiredService<IStore>().Logs;
        foreach (var id in ids)
        {
            var ended = await first.Services.GetRequiredService<IExecutionFollow>().WaitForEndAsync(Tenants.Default, id, Token).WaitAsync(Patience, Token);
            ended.State.Current.ShouldBe(StateType.SUCCESS);
            ended.TaskRunList![0].Attempts.ShouldHaveSingleItem();
            (await logs.ReadExecutionAsync(Tenants.Default, id, new LogQuery(), 0, 100, Token)).Count(static entry => entry.Entry.Message == "begins").ShouldBe(1, ended.FlowId);
        }
    }
}
