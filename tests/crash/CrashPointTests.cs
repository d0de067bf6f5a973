using System.Globalization;
using System.Reflection;
using Kestra.Crash.Points;

namespace Kestra.Crash;

/// <summary>Goes through every named crash point, one after the other on one database, and judges at the end.</summary>
public sealed class CrashPointTests(ITestOutputHelper log)
{
    private readonly int hits = Settings.Number("KESTRA_CRASH_HITS", 1);
    private readonly int seed = Settings.Number("KESTRA_CRASH_SEED", Environment.TickCount & 0xFFFF);

    [Fact]
    public void Every_point_is_gone_through()
    {
        var named = typeof(CrashPoints).GetFields(BindingFlags.Public | BindingFlags.Static).Where(static field => field.IsLiteral).Select(static field => (string)field.GetRawConstantValue()!);

        CrashPoints.All.Order(StringComparer.Ordinal).ShouldBe(named.Order(StringComparer.Ordinal));
        CrashPoints.All.ShouldBeUnique();
    }

    [Theory]
    [InlineData("sqlite")]
    [InlineData("postgres")]
    public async Task A_crash_at_any_point_loses_and_doubles_nothing(string database)
    {
        Settings.SkipUnless(database);
        var random = new Random(seed);
        await using var rig = await Rig.StartAsync(database, lease: 2);
        await rig.Server.StopAsync();
        foreach (var point in CrashPoints.All)
        {
            for (var round = 0; round < hits; round++)
            {
                // A different moment of the load each time; what happens once in a life can be met once only.
                var hit = CrashPoints.Working.Contains(point) ? random.Next(1, 12) : 1;
                rig.Server.StartArmed(point, hit);
                await ProvokeAsync(rig, point, random.Next());
                log.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{point} at its hit {hit}: {rig.Client.Ledger.Accepted} accepted so far"));
            }
        }

        rig.Server.Start();
        var faults = await rig.JudgeAsync();
        log.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{CrashPoints.All.Count * hits} crashes on {database}, seed {seed}: {rig.Client.Ledger.Accepted} accepted, {rig.Client.Ledger.Unknown} without an answer, {rig.Executions} executions; faults: {faults.Count}; again: tests/crash/run --all --database {database} --seed {seed}"));
        faults.ShouldBeEmpty(rig.Client.Outputs());
    }

    private static async Task ProvokeAsync(Rig rig, string point, int seed)
    {
        // What was left open may bring the server to its point before it is ready.
        if (CrashPoints.Starting.Contains(point) || !await rig.Client.TryReadyAsync())
        {
            await rig.Server.CrashedAsync(point);
            return;
        }

        if (CrashPoints.Working.Contains(point))
        {
            await LoadUntilGoneAsync(rig, seed);
        }
        else if (CrashPoints.Storing.Contains(point))
        {
            await Should.ThrowAsync<HttpRequestException>(() => rig.Client.PutFlowAsync(CrashFlows.Sources[0] + "\n# " + seed.ToString(CultureInfo.InvariantCulture)));
        }
        else if (CrashPoints.Stopping.Contains(point))
        {
            await rig.LoadAsync(10, seed);
            await rig.Server.TerminateAsync();
        }

        await rig.Server.CrashedAsync(point);
    }

    private static async Task LoadUntilGoneAsync(Rig rig, int seed)
    {
        for (var part = 0; part < 20 && rig.Server.IsAlive; part++)
        {
            await rig.LoadAsync(20, seed + part);
        }
    }
}
