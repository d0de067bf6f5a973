using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Kestra.Crash.Databases;
using Kestra.Crash.Servers;

namespace Kestra.Crash;

/// <summary>A database, the servers on it and a client; and the judgement at the end.</summary>
internal sealed class Rig : IAsyncDisposable
{
    private static readonly TimeSpan EndPatience = TimeSpan.FromMinutes(3);

    private static readonly TimeSpan QuietPatience = TimeSpan.FromSeconds(90);

    private readonly string folder;
    private readonly Dictionary<string, string> reference = new(StringComparer.Ordinal);

    private Rig(CrashDatabase database, int processes, int? lease, string? folder)
    {
        this.folder = folder is null ? Directory.CreateTempSubdirectory("kestra-crash-").FullName : Path.Combine(folder, "server");
        Database = database;
        Servers = [.. Enumerable.Range(0, processes).Select(_ => new ServerProcess(database, this.folder) { Lease = lease })];
        Client = new Client(Servers);
    }

    public CrashDatabase Database { get; }

    public IReadOnlyList<ServerProcess> Servers { get; }

    public ServerProcess Server => Servers[0];

    public Client Client { get; }

    public string Folder => folder;

    /// <summary>Everything running, the flows stored, and the reference taken.</summary>
    public static async Task<Rig> StartAsync(string database, int processes = 1, int? lease = null, string? folder = null)
    {
        var rig = new Rig(await CrashDatabase.OpenAsync(database), processes, lease, folder);
        try
        {
            foreach (var server in rig.Servers)
            {
                server.Start();
            }

            await rig.PrepareAsync();
            return rig;
        }
        catch
        {
            await rig.DisposeAsync();
            throw;
        }
    }

    /// <summary>Sends some of everything, a few at a time.</summary>
    public async Task LoadAsync(int count, int seed, CancellationToken enough = default)
    {
        var random = new Random(seed);
        var flows = Enumerable.Range(0, count).Select(_ => CrashFlows.Started[random.Next(CrashFlows.Started.Count)]).ToList();
        foreach (var chunk in flows.Chunk(10))
        {
            if (enough.IsCancellationRequested)
            {
                return;
            }

            var entries = await Task.WhenAll(chunk.Select(Client.StartAsync));
            if (entries.All(static entry => entry.Answer != Answer.Accepted))
            {
                // Everybody is down: nobody hammers at a closed door.
                await Task.Delay(50, CancellationToken.None);
            }
        }
    }

    /// <summary>Waits for the end of everything, stops the servers, and judges.</summary>
    /// <returns>All faults; empty is the wish.</returns>
    public async Task<IReadOnlyList<string>> JudgeAsync()
    {
        await Client.ReadyAsync();
        await Client.PutFlowAsync(CrashFlows.Ticks(enabled: false));
        var executions = await EndedAsync();
        var faults = new List<string>(new Oracle(reference).Faults(Client.Ledger, executions));
        faults.AddRange(Client.Strange);
        await QuietAsync();
        foreach (var server in Servers.Where(static server => server.IsAlive).ToList())
        {
            await server.StopAsync();
        }

        faults.AddRange(await Database.WorkingRowsAsync(folder));
        Executions = executions.Count;
        return faults;
    }

    /// <summary>Executions found by the judgement.</summary>
    public int Executions { get; private set; }

    public async ValueTask DisposeAsync()
    {
        foreach (var server in Servers)
        {
            await server.DisposeAsync();
        }

        Client.Dispose();
        await Database.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    private async Task PrepareAsync()
    {
        await Client.ReadyAsync();
        foreach (var source in CrashFlows.Sources)
        {
            await Client.PutFlowAsync(source);
        }

        await Task.WhenAll(CrashFlows.Started.Select(Client.StartAsync));
        foreach (var execution in await EndedAsync())
        {
            reference[Oracle.Flow(execution)] = Oracle.Shape(execution);
        }

        reference.Keys.Order(StringComparer.Ordinal).ShouldBe(CrashFlows.Started.Concat(CrashFlows.Following).Order(StringComparer.Ordinal));
        reference.Values.ShouldAllBe(static shape => shape.StartsWith("SUCCESS\n", StringComparison.Ordinal));
        await Client.PutFlowAsync(CrashFlows.Ticks(enabled: true));
    }

    // What was told to somebody who died is told again within a minute, and is over then.
    private async Task QuietAsync()
    {
        var began = Stopwatch.GetTimestamp();
        while ((await Database.WorkingRowsAsync(folder)).Count > 0 && Stopwatch.GetElapsedTime(began) < QuietPatience)
        {
            await Task.Delay(200);
        }
    }

    // Lists may be a moment late, and a follower comes after the end of what it follows.
    private bool IsComplete(List<JsonElement> all)
    {
        var ids = all.Select(Oracle.Id).ToHashSet(StringComparer.Ordinal);
        return all.TrueForAll(static execution => Oracle.IsOver(execution))
            && Client.Ledger.Entries.All(entry => entry.Id is null || ids.Contains(entry.Id))
            && all.Count(static execution => Oracle.Flow(execution) == "follower") >= all.Count(static execution => Oracle.Flow(execution) == "watched");
    }

    private async Task<List<JsonElement>> EndedAsync()
    {
        var began = Stopwatch.GetTimestamp();
        while (true)
        {
            var open = await Client.OpenAsync();
            if (open == 0)
            {
                var all = await Client.ExecutionsAsync();
                if (IsComplete(all) || Stopwatch.GetElapsedTime(began) > EndPatience)
                {
                    return all;
                }
            }

            if (Stopwatch.GetElapsedTime(began) > EndPatience)
            {
                var all = await Client.ExecutionsAsync();
                var example = all.FirstOrDefault(static execution => !Oracle.IsOver(execution));
                throw new InvalidOperationException(string.Create(
                    CultureInfo.InvariantCulture,
                    $"After {EndPatience.TotalSeconds} s {open} executions are open; {string.Join(", ", all.GroupBy(static execution => $"{Oracle.Flow(execution)} {Oracle.State(execution)}").Select(static group => $"{group.Count()} {group.Key}"))}; for example {(example.ValueKind == JsonValueKind.Undefined ? "none" : example.GetRawText())}\nThe servers said:\n{Client.Outputs()}"));
            }

            await Task.Delay(100);
        }
    }
}
