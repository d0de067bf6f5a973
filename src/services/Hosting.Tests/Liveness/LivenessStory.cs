using Kestra.Hosting.Liveness;
using Kestra.Model.Cluster;
using NodaTime;

namespace Kestra.Hosting.Tests.Liveness;

/// <summary>
/// One random story of processes that come, fall silent, come back, go into maintenance, end or die, watched by several
/// coordinators. What each look makes of each service is held against the specification (§9.1, §9.4).
/// </summary>
internal sealed class LivenessStory : IDisposable
{
    private const int Ticks = 260;
    private const int Interval = 5;

    private static readonly Duration Timeout = Duration.FromSeconds(15);
    private static readonly Duration Grace = Duration.FromSeconds(40);
    private static readonly Duration InitialDelay = Duration.FromSeconds(10);
    private static readonly ServiceType[] Types = [ServiceType.WORKER, ServiceType.SCHEDULER, ServiceType.WEBSERVER, ServiceType.EXECUTOR];

    // As the specification has it, word for word.
    private static readonly Dictionary<ServiceState, string> Legal = new()
    {
        [ServiceState.CREATED] = "RUNNING, ERROR, DISCONNECTED, TERMINATING, MAINTENANCE",
        [ServiceState.RUNNING] = "ERROR, DISCONNECTED, TERMINATING, MAINTENANCE",
        [ServiceState.MAINTENANCE] = "RUNNING, ERROR, DISCONNECTED, TERMINATING",
        [ServiceState.ERROR] = "TERMINATING",
        [ServiceState.DISCONNECTED] = "TERMINATING, NOT_RUNNING",
        [ServiceState.TERMINATING] = "TERMINATED_GRACEFULLY, TERMINATED_FORCED, NOT_RUNNING",
        [ServiceState.TERMINATED_GRACEFULLY] = "NOT_RUNNING",
        [ServiceState.TERMINATED_FORCED] = "NOT_RUNNING",
        [ServiceState.NOT_RUNNING] = "INACTIVE",
        [ServiceState.INACTIVE] = "",
    };

    private readonly Random random;
    private readonly Action<string>? trace;
    private readonly Cluster cluster = new();
    private readonly List<Process> processes = [];
    private readonly Dictionary<string, Process> homes = new(StringComparer.Ordinal);
    private int seen;
    private int seconds;

    public LivenessStory(int seed, Action<string>? trace) => (random, this.trace) = (new Random(seed), trace);

    /// <summary>Services that were declared disconnected.</summary>
    public int Lost { get; private set; }

    /// <summary>Workers whose jobs were taken care of.</summary>
    public int Cared => seen;

    public void Dispose() => cluster.Dispose();

    public async Task RunAsync()
    {
        for (var count = random.Next(2, 5); count > 0; count--)
        {
            await StartAsync();
        }

        for (seconds = 1; seconds <= Ticks; seconds++)
        {
            cluster.Time.Advance(1);
            await HappenAsync();
            foreach (var process in processes.Where(static process => process.IsAlive))
            {
                await BeatAsync(process);
            }

            await LookAsync();
        }
    }

    private Instant Now => Instant.FromDateTimeOffset(cluster.Time.GetUtcNow());

    private async Task StartAsync()
    {
        var kind = random.Next(6) == 0 ? ServerKind.STANDALONE : ServerKind.SERVER;
        var config = new ServiceConfig(
            Grace,
            (TaskRestartStrategy)random.Next(3),
            new LivenessConfig(random.Next(8) != 0, Duration.FromSeconds(Interval), Timeout, InitialDelay, Duration.FromSeconds(3)));
        var id = $"p{processes.Count}";
        var server = new TestServer(cluster, new MemberServer(
            new ServerInstance(id, kind, "1.0.0", "host-" + id, new Dictionary<string, object?>(StringComparer.Ordinal), []),
            new ServiceSettings(config, TimeSpan.FromHours(1), TimeSpan.FromDays(1), TimeSpan.FromDays(30))));
        var process = new Process(id, server, random.Next(3), random.Next(Interval));
        processes.Add(process);
        foreach (var type in Types.Where((_, index) => index == 0 || random.Next(2) == 0))
        {
            var service = await server.AddAsync(type, $"{id}-{type}");
            process.Services.Add(service);
            homes[service.Id] = process;
        }

        Tell($"{id} starts: {kind}, {config.Restart}, liveness {config.Liveness.Enabled}, {string.Join(", ", process.Services.Select(static service => service.Type))}");
    }

    private async Task HappenAsync()
    {
        if (random.Next(100) >= 12)
        {
            return;
        }

        var process = processes[random.Next(processes.Count)];
        switch (random.Next(12))
        {
            case < 4 when process.IsAlive:
                process.Server.Reach.IsAway = !process.Server.Reach.IsAway;
                Tell($"{process.Id} reaches the database: {!process.Server.Reach.IsAway}");
                break;
            case 4 when process.IsAlive:
                process.IsAlive = false;
                Tell($"{process.Id} dies");
                break;
            case 5 when process.IsAlive:
                await EndAsync(process);
                break;
            case < 8 when process.IsAlive:
                await MaintainAsync(process);
                break;
            case 8:
                cluster.IsCareBroken = !cluster.IsCareBroken;
                Tell($"jobs can't be taken care of: {cluster.IsCareBroken}");
                break;
            case 9 when processes.Count < 7:
                await StartAsync();
                break;
            case 10:
                var gone = process.Services[random.Next(process.Services.Count)].Id;
                Tell($"the row of {gone} is deleted");
                await cluster.Repository.DeleteAsync(gone, CancellationToken.None);
                break;
        }
    }

    private async Task MaintainAsync(Process process)
    {
        foreach (var service in process.Services.Where(static service => service.State is ServiceState.RUNNING or ServiceState.MAINTENANCE))
        {
            await process.Server.Reporter.ReportAsync(service, service.State == ServiceState.RUNNING ? ServiceState.MAINTENANCE : ServiceState.RUNNING, null, CancellationToken.None);
        }

        Tell($"{process.Id}: maintenance changes");
    }

    private async Task EndAsync(Process process)
    {
        Tell($"{process.Id} ends");
        foreach (var service in process.Services)
        {
            await process.Server.Reporter.ReportAsync(service, ServiceState.TERMINATING, null, CancellationToken.None);
        }

        if (random.Next(3) == 0)
        {
            process.IsAlive = false;
            return;
        }

        process.HasStopped = true;
        foreach (var service in process.Services)
        {
            await process.Server.Reporter.ReportAsync(service, random.Next(2) == 0 ? ServiceState.TERMINATED_GRACEFULLY : ServiceState.TERMINATED_FORCED, null, CancellationToken.None);
        }

        process.IsAlive = false;
    }

    // As its heartbeat does: every few seconds, and when a worker may not be mute any longer.
    private async Task BeatAsync(Process process)
    {
        foreach (var service in process.Services)
        {
            if (seconds % 3 != process.Beat && process.Server.Reporter.Remaining(service) > TimeSpan.Zero)
            {
                continue;
            }

            var before = await cluster.Repository.FindAsync(service.Id, CancellationToken.None);
            var local = service.State;
            await process.Server.BeatAsync(service);
            if (!process.Server.Reach.IsAway && local?.IsRunning() == true)
            {
                await CheckBeatAsync(process, service, before);
            }
        }

        if (process.Server.Exit.Requested.IsCompleted)
        {
            process.HasStopped |= process.Server.Standing.Lost.IsCancellationRequested;
            await EndAsync(process);
        }
    }

    private async Task CheckBeatAsync(Process process, LocalService service, ServiceInstance? before)
    {
        if (before?.State.IsRunning() != false && service.State == ServiceState.DISCONNECTED)
        {
            // It could not be heard for so long that it does not wait for what others think of it.
            (service.Type, process.Server.Server.IsStandalone).ShouldBe((ServiceType.WORKER, false));
            (before is null || Now - before.UpdatedAt > Timeout - Duration.FromSeconds(6)).ShouldBeTrue($"{service.Id} gave up too early");
            process.Server.Standing.Lost.IsCancellationRequested.ShouldBeTrue();
            return;
        }

        var after = (await cluster.Repository.FindAsync(service.Id, CancellationToken.None)).ShouldNotBeNull($"{service.Id} is registered again");
        if (before is null || before.State.IsRunning())
        {
            (after.State, after.UpdatedAt).ShouldBe((service.State!.Value, Now), $"{service.Id} is heard");
        }
        else if (process.Server.Server.IsStandalone || service.Type == ServiceType.WEBSERVER)
        {
            after.State.IsRunning().ShouldBeTrue($"{service.Id} is never shut down, and was {before.State}");
        }
        else
        {
            after.State.ShouldBe(before.State);
            process.Server.Exit.Requested.IsCompleted.ShouldBeTrue($"{service.Id} was declared {before.State} and goes on");
            if (service.Type == ServiceType.WORKER && before.State is ServiceState.NOT_RUNNING or ServiceState.INACTIVE)
            {
                process.Server.Standing.Lost.IsCancellationRequested.ShouldBeTrue($"{service.Id} takes further jobs");
            }
        }
    }

    private async Task LookAsync()
    {
        var lookers = processes.Where(process => process.IsAlive && !process.Server.Reach.IsAway && seconds % Interval == process.Look).ToList();
        var together = lookers.Count > 1 && random.Next(2) == 0;
        foreach (var group in together ? [lookers] : lookers.Select(static looker => new List<Process> { looker }))
        {
            var before = (await cluster.Repository.FindAllAsync(Enum.GetValues<ServiceState>(), CancellationToken.None)).ToDictionary(static one => one.Id, StringComparer.Ordinal);
            await Task.WhenAll(group.Select(static looker => Task.Run(looker.Server.LookAsync)));
            var cared = cluster.Cared.Skip(seen).ToList();
            seen += cared.Count;
            foreach (var after in await cluster.Repository.FindAllAsync(Enum.GetValues<ServiceState>(), CancellationToken.None))
            {
                CheckLook(group, before[after.Id], after, [.. cared.Where(what => what.EndsWith(" " + after.Id, StringComparison.Ordinal))]);
            }
        }
    }

    private void CheckLook(List<Process> lookers, ServiceInstance before, ServiceInstance after, List<string> cared)
    {
        var steps = after.Events.Skip(before.Events.Count).Select(static one => one.State!.Value).Prepend(before.State).ToList();
        for (var step = 1; step < steps.Count; step++)
        {
            Legal[steps[step - 1]].Split(", ").ShouldContain(steps[step].ToString(), $"{after.Id} may not go from {steps[step - 1]} there");
        }

        var next = lookers.Select(looker => Next(looker, before)).FirstOrDefault(state => state != before.State, before.State);
        var care = CareOf(before, next);
        if (care is not null && cluster.IsCareBroken)
        {
            after.State.ShouldBe(before.State, $"{after.Id} is not put away before its jobs are taken care of");
            return;
        }

        // Of several lookers one may find what another has made of it.
        (after.State == next || (lookers.Count > 1 && Next(lookers[0], after with { UpdatedAt = before.UpdatedAt }) != after.State) || (lookers.Count > 1 && after.State == ServiceState.INACTIVE && next == ServiceState.NOT_RUNNING))
            .ShouldBeTrue($"{after.Id} was {before.State} since {before.UpdatedAt}, is {after.State} at {Now}, and should be {next}");
        cared.ShouldBe(care is null ? [] : [$"{care} {after.Id}"], $"{after.Id} from {before.State} to {next}");
        if (next == ServiceState.DISCONNECTED && before.State != next)
        {
            Lost++;
        }

        if (care is not null)
        {
            // Nobody runs what runs again elsewhere. A process that has everything goes on whatever others think of it.
            var home = homes[after.Id];
            (home.Server.Server.IsStandalone || !home.IsAlive || home.HasStopped || home.Server.Standing.Lost.IsCancellationRequested).ShouldBeTrue($"the jobs of {after.Id} run again, and it goes on with them");
        }
    }

    private ServiceState Next(Process looker, ServiceInstance service)
    {
        var silence = Now - service.UpdatedAt;
        return service.State switch
        {
            ServiceState.CREATED or ServiceState.RUNNING or ServiceState.MAINTENANCE =>
                service.Config.Liveness.Enabled && service.Server.Id != looker.Id && silence > Timeout && Now - service.CreatedAt > InitialDelay ? ServiceState.DISCONNECTED : service.State,
            ServiceState.DISCONNECTED or ServiceState.TERMINATING => silence > Grace ? ServiceState.NOT_RUNNING : service.State,
            ServiceState.TERMINATED_GRACEFULLY or ServiceState.TERMINATED_FORCED => service.Type == ServiceType.WORKER || silence > Grace ? ServiceState.NOT_RUNNING : service.State,
            ServiceState.NOT_RUNNING => ServiceState.INACTIVE,
            _ => service.State,
        };
    }

    private static string? CareOf(ServiceInstance before, ServiceState next) => (before.Type, next) switch
    {
        (ServiceType.WORKER, ServiceState.DISCONNECTED) when before.State != next && before.Config.Restart == TaskRestartStrategy.IMMEDIATELY => "resubmit",
        (ServiceType.WORKER, ServiceState.NOT_RUNNING) when before.State != next => before is { Config.Restart: TaskRestartStrategy.NEVER, State: not ServiceState.TERMINATED_GRACEFULLY } ? "fail" : "resubmit",
        _ => null,
    };

    private void Tell(string line) => trace?.Invoke($"{seconds} s: {line}");

    private sealed class Process(string id, TestServer server, int beat, int look)
    {
        public string Id { get; } = id;

        public TestServer Server { get; } = server;

        /// <summary>In which of three seconds it gives its sign of life.</summary>
        public int Beat { get; } = beat;

        /// <summary>In which second of an interval its coordinator looks.</summary>
        public int Look { get; } = look;

        public List<LocalService> Services { get; } = [];

        public bool IsAlive { get; set; } = true;

        /// <summary>It runs nothing any more.</summary>
        public bool HasStopped { get; set; }
    }
}
