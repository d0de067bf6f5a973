using System.Diagnostics;
using System.Globalization;

namespace Kestra.Crash;

/// <summary>
/// Kills servers at random moments while executions are accepted and run. The long form:
/// <c>tests/crash/run --kills 500 --database postgres</c>.
/// </summary>
public sealed class KillTests(ITestOutputHelper log)
{
    private const int LongestRound = 900;

    // Seconds. With the product's ten, which 0 keeps, 500 kills would mostly wait.
    private static readonly int? Lease = Settings.Number("KESTRA_CRASH_LEASE", 2) is > 0 and var seconds ? seconds : null;

    private readonly int kills = Settings.Number("KESTRA_CRASH_KILLS", 3);
    private readonly int executions = Settings.Number("KESTRA_CRASH_EXECUTIONS", 300);
    private readonly int seed = Settings.Number("KESTRA_CRASH_SEED", Environment.TickCount & 0xFFFF);

    [Theory]
    [InlineData("sqlite")]
    [InlineData("postgres")]
    public async Task Kills_of_one_server_lose_and_double_nothing(string database)
    {
        Settings.SkipUnless(database);
        await RunAsync(database, 1, (rig, _) =>
        {
            rig.Server.Kill();
            rig.Server.Start();
        });
    }

    [Fact]
    public async Task Kills_of_one_and_of_both_of_two_servers_lose_and_double_nothing()
    {
        Settings.SkipUnless("postgres");
        await RunAsync("postgres", 2, static (rig, random) =>
        {
            var both = random.Next(4) == 0;
            var victim = random.Next(2);
            foreach (var server in both ? rig.Servers : [rig.Servers[victim]])
            {
                server.Kill();
                server.Start();
            }
        });
    }

    private async Task RunAsync(string database, int processes, Action<Rig, Random> strike)
    {
        var began = Stopwatch.GetTimestamp();
        var random = new Random(seed);
        await using var rig = await Rig.StartAsync(database, processes, database == "sqlite" ? null : Lease);
        for (var round = 0; round < kills; round++)
        {
            var moment = random.Next(5, LongestRound);
            using var enough = new CancellationTokenSource();
            var sending = rig.LoadAsync(executions, random.Next(), enough.Token);
            await Task.Delay(moment);
            strike(rig, random);
            await enough.CancelAsync();
            await sending;
            await rig.Client.ReadyAsync();
            if (round % 25 == 24)
            {
                log.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{round + 1} kills, {rig.Client.Ledger.Accepted} accepted, {Stopwatch.GetElapsedTime(began).TotalSeconds:0} s"));
            }
        }

        var faults = await rig.JudgeAsync();
        Report(database, processes, rig, faults, Stopwatch.GetElapsedTime(began));
        faults.ShouldBeEmpty(rig.Client.Outputs());
    }

    private void Report(string database, int processes, Rig rig, IReadOnlyList<string> faults, TimeSpan duration)
    {
        var ledger = rig.Client.Ledger;
        log.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"""
            {kills} kills of {processes} server(s) on {database} in {duration.TotalSeconds:0} s
            {ledger.Accepted} accepted, {ledger.Refused} refused, {ledger.Unknown} without an answer; {rig.Executions} executions in the database
            faults: {(faults.Count == 0 ? "none" : faults.Count)}
            again: tests/crash/run --kills {kills} --executions {executions} --seed {seed} --database {database} --servers {processes}
            """));
        foreach (var fault in faults.Take(50))
        {
            log.WriteLine(fault);
        }
    }
}
