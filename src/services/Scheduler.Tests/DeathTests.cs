using Kestra.Model.Triggers;
using NodaTime;

namespace Kestra.Scheduler.Tests;

/// <summary>The server dies at each commit in turn, before it or right after it, and starts again.</summary>
public sealed class DeathTests
{
    private static readonly string[] Hours = [.. Enumerable.Range(1, 6).Select(static hour => $"2024-01-01T{hour:00}:00:00Z")];

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(true, true)]
    public async Task EveryDateIsFiredOnce(bool isAfterTheCommit, bool withConditions)
    {
        var commits = await RunAsync(int.MaxValue, isAfterTheCommit, withConditions);
        commits.ShouldBeGreaterThan(Hours.Length);
        for (var death = 1; death <= commits; death++)
        {
            await RunAsync(death, isAfterTheCommit, withConditions);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task EveryDateOfABackfillIsFiredOnce(bool isAfterTheCommit)
    {
        for (var death = 1; await BackfillAsync(death, isAfterTheCommit) >= death; death++)
        {
            death.ShouldBeLessThan(100);
        }
    }

    /// <returns>How many commits there were.</returns>
    private static async Task<int> RunAsync(int death, bool isAfterTheCommit, bool withConditions)
    {
        var world = new World("2024-01-01T00:30:00Z");
        var schedule = World.Schedule("0 * * * *");
        await world.PutAsync(World.FlowWith(withConditions ? schedule with { Conditions = [World.Condition(TestPlugins.ExpressionType, "expression", "{{ not (trigger.date contains 'T04') }}")] } : schedule));
        await world.StartAsync();
        var reaper = new Reaper(world, death, isAfterTheCommit);
        for (var minute = World.At("2024-01-01T00:40:00Z"); minute <= World.At("2024-01-01T06:30:00Z"); minute += Duration.FromMinutes(10))
        {
            await reaper.StepAsync(() => world.RunUntilAsync(minute.ToString()));
        }

        world.Dates.ShouldBe(withConditions ? Hours.Where(static date => !date.Contains("T04", StringComparison.Ordinal)) : Hours, $"death at commit {death}");
        world.NextDate.ShouldBe("2024-01-01T07:00:00Z");
        return reaper.Commits;
    }

    private static async Task<int> BackfillAsync(int death, bool isAfterTheCommit)
    {
        var world = new World("2024-01-10T12:00:00Z");
        await world.PutAsync(World.FlowWith(World.Schedule("0 0 * * *")));
        await world.StartAsync();
        await world.ChangeAsync(static (row, entry, now) => TriggerRequests.StartBackfill(row, entry, new Backfill { Start = World.At("2024-01-01T00:00:00Z").InUtc(), End = World.At("2024-01-04T00:00:00Z").InUtc() }, now));
        var reaper = new Reaper(world, death, isAfterTheCommit);
        for (var minute = 1; minute < 10; minute++)
        {
            await reaper.StepAsync(() => world.RunUntilAsync($"2024-01-10T12:{minute:00}:00Z"));
        }

        world.Dates.ShouldBe(["2024-01-01T00:00:00Z", "2024-01-02T00:00:00Z", "2024-01-03T00:00:00Z", "2024-01-04T00:00:00Z"], $"death at commit {death}");
        world.NextDate.ShouldBe("2024-01-11T00:00:00Z");
        return reaper.Commits;
    }

    /// <summary>Lets one commit fail, or lose its answer, and everything after it until the next start.</summary>
    private sealed class Reaper
    {
        private readonly World world;
        private readonly int death;
        private readonly bool isAfterTheCommit;
        private bool isDead;

        public Reaper(World world, int death, bool isAfterTheCommit)
        {
            (this.world, this.death, this.isAfterTheCommit) = (world, death, isAfterTheCommit);
            world.Stored.BeforeSave = Before;
            world.Stored.AfterSave = After;
            world.Stored.AfterStore = _ => After();
            world.Stored.Intercept = _ =>
            {
                Before();
                return null;
            };
        }

        public int Commits { get; private set; }

        public async Task StepAsync(Func<Task> step)
        {
            try
            {
                await step();
            }
            catch (IOException)
            {
                isDead.ShouldBeTrue();
            }

            if (isDead)
            {
                isDead = false;
                await world.StartAsync();
            }
        }

        private void Before()
        {
            Commits++;
            isDead |= Commits == death && !isAfterTheCommit;
            Die();
        }

        private void After()
        {
            isDead |= Commits == death && isAfterTheCommit;
            Die();
        }

        private void Die()
        {
            if (isDead)
            {
                throw new IOException("killed");
            }
        }
    }
}
