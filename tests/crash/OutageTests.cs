using System.Diagnostics;
using System.Net;
using Kestra.Crash.Databases;
using Kestra.Crash.Servers;

namespace Kestra.Crash;

/// <summary>The database goes away under load and comes back: the server waits, says so, refuses clearly, goes on by itself, and nothing is lost.</summary>
public sealed class OutageTests(ITestOutputHelper log)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task Cut_connections_are_not_noticed_by_callers()
    {
        Settings.SkipUnless("postgres");
        Settings.SkipUnlessLong();
        await using var rig = await Rig.StartAsync("postgres");
        var cluster = (PostgresDatabase)rig.Database;
        using var enough = new CancellationTokenSource();
        var sending = rig.LoadAsync(2000, 1, enough.Token);
        for (var cut = 0; cut < 5; cut++)
        {
            await Task.Delay(200);
            await cluster.CutAsync();
        }

        await enough.CancelAsync();
        await sending;
        await EndAsync(rig);
        rig.Client.Ledger.Accepted.ShouldBeGreaterThan(20);
    }

    [Fact]
    public async Task A_database_that_crashes_and_is_down_for_seconds_is_waited_for()
    {
        Settings.SkipUnless("postgres");
        await using var rig = await Rig.StartAsync("postgres");
        var cluster = (PostgresDatabase)rig.Database;
        await DuringAsync(rig, cluster.CrashAsync, cluster.ResumeAsync);
    }

    [Fact]
    public async Task A_database_that_refuses_writes_is_waited_for()
    {
        Settings.SkipUnless("postgres");
        Settings.SkipUnlessLong();
        await using var rig = await Rig.StartAsync("postgres");
        var cluster = (PostgresDatabase)rig.Database;
        await DuringAsync(rig, () => cluster.ReadOnlyAsync(true), () => cluster.ReadOnlyAsync(false));
    }

    [Fact]
    public async Task A_full_disk_is_waited_for()
    {
        Settings.SkipUnless("sqlite");
        await using var disk = await SmallDisk.TryMountAsync();
        Assert.SkipWhen(disk is null, "a small file system can't be mounted here (it takes root and mount)");
        await using var rig = await Rig.StartAsync("sqlite", folder: disk.Folder);
        await DuringAsync(rig, disk.FillAsync, disk.FreeAsync);
    }

    [Fact]
    public async Task A_server_that_slept_beyond_its_lease_promises_nothing_that_it_has_lost()
    {
        Settings.SkipUnless("postgres");
        Settings.SkipUnlessLong();
        await using var rig = await Rig.StartAsync("postgres", processes: 2, lease: 2);
        for (var round = 0; round < 2; round++)
        {
            var (sleeper, other) = (rig.Servers[round % 2], rig.Servers[1 - (round % 2)]);
            using var enough = new CancellationTokenSource();
            var sending = rig.LoadAsync(2000, round, enough.Token);
            await Task.Delay(300);
            await sleeper.FreezeAsync();

            // Meanwhile the other one does all of it; what the sleeper was in the middle of comes too late then.
            var asleep = DateTimeOffset.UtcNow;
            await Task.Delay(TimeSpan.FromSeconds(6));
            await UntilAllEndedAsync(rig.Client, other, asleep);
            await sleeper.ThawAsync();
            await Task.Delay(TimeSpan.FromSeconds(1));
            await enough.CancelAsync();
            await sending;
        }

        await EndAsync(rig);
    }

    private async Task DuringAsync(Rig rig, Func<Task> breakIt, Func<Task> mendIt)
    {
        using var enough = new CancellationTokenSource();
        var sending = rig.LoadAsync(5000, 1, enough.Token);
        await Task.Delay(500);
        await breakIt();
        var health = await UntilAsync(rig.Server, static health => health.Status == HttpStatusCode.ServiceUnavailable);
        health.Body.ShouldContain("\"DOWN\"");
        log.WriteLine(health.Body);

        var refused = await UntilRefusedAsync(rig);
        refused.RetryAfter.ShouldNotBeNull(refused.Body);
        refused.Body.ShouldContain("database", Case.Insensitive);
        log.WriteLine(refused.Body);

        await mendIt();
        await UntilAsync(rig.Server, static health => health.Status == HttpStatusCode.OK);
        var before = rig.Client.Ledger.Accepted;
        (await rig.Client.StartAsync("one")).Answer.ShouldBe(Answer.Accepted);
        await enough.CancelAsync();
        await sending;
        rig.Client.Ledger.Accepted.ShouldBeGreaterThan(before);
        await EndAsync(rig);
    }

    private async Task EndAsync(Rig rig)
    {
        var faults = await rig.JudgeAsync();
        var ledger = rig.Client.Ledger;
        log.WriteLine($"{ledger.Accepted} accepted, {ledger.Refused} refused, {ledger.Unknown} unknown; faults: {faults.Count}");
        faults.ShouldBeEmpty(rig.Client.Outputs());
    }

    private static async Task UntilAllEndedAsync(Client client, ServerProcess server, DateTimeOffset began)
    {
        var waited = Stopwatch.GetTimestamp();
        while (await client.OpenAsync(server, began) is { Count: > 0 } open)
        {
            Stopwatch.GetElapsedTime(waited).ShouldBeLessThan(Patience, $"{open.Count} are not taken over, for example {open[0]}\n{server.Output}");
            await Task.Delay(100);
        }
    }

    // At first callers wait, because most outages are short.
    private static async Task<(HttpStatusCode Status, string? RetryAfter, string Body)> UntilRefusedAsync(Rig rig)
    {
        var began = Stopwatch.GetTimestamp();
        while (true)
        {
            var answer = await rig.Client.SendAsync(rig.Server, HttpMethod.Post, $"executions/{CrashFlows.Namespace}/one");
            if (answer.Status == HttpStatusCode.ServiceUnavailable)
            {
                return answer;
            }

            ((int)answer.Status).ShouldBeLessThan(500, answer.Body);
            Stopwatch.GetElapsedTime(began).ShouldBeLessThan(Patience, answer.Body);
        }
    }

    private static async Task<(HttpStatusCode Status, string Body)> UntilAsync(ServerProcess server, Func<(HttpStatusCode Status, string Body), bool> wanted)
    {
        var began = Stopwatch.GetTimestamp();
        while (true)
        {
            var health = await server.HealthAsync();
            if (wanted(health))
            {
                return health;
            }

            Stopwatch.GetElapsedTime(began).ShouldBeLessThan(Patience, $"{health.Body}\n{server.Output}");
            await Task.Delay(100);
        }
    }
}
