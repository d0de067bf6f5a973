using Kestra.Model.Executions;

namespace Kestra.Scenarios;

/// <summary>What a worker runs while its executor hands a partition to another process is run once.</summary>
public sealed class HandedOverJobTests
{
    private const int Flows = 24;

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
            ids.Add(await first.BeginAsync(flow));
        }

        await group.AddAsync(Token);

        foreach (var id in ids)
        {
            var ended = await first.EndAsync(id);
            ended.State.Current.ShouldBe(StateType.SUCCESS);
            ended.TaskRunList![0].Attempts.ShouldHaveSingleItem();
            (await first.LogsAsync(id)).Count(static message => message == "begins").ShouldBe(1, ended.FlowId);
        }
    }
}
