using System.Globalization;
using System.Text.Json;
using Microsoft.Data.Sqlite;

namespace Kestra.Crash;

/// <summary>
/// Kills the server at random moments while executions are accepted and run. The client keeps a ledger: what was accepted must
/// exist once, end once, and have exactly the task runs and outputs of a run without accident. The long form:
/// <c>tests/crash/run --kills 50 --executions 200</c>.
/// </summary>
public sealed class KillTests(ITestOutputHelper log)
{
    private static readonly string[] WorkingTables = ["journal", "timer", "slot", "command"];
    private static readonly TimeSpan EndPatience = TimeSpan.FromSeconds(90);

    private readonly int kills = Setting("KESTRA_CRASH_KILLS", 4);
    private readonly int executions = Setting("KESTRA_CRASH_EXECUTIONS", 60);
    private readonly int seed = Setting("KESTRA_CRASH_SEED", Environment.TickCount & 0xFFFF);

    [Fact]
    public async Task Every_accepted_execution_ends_exactly_once()
    {
        log.WriteLine($"seed {seed}, {kills} kills, {executions} executions for each");
        var random = new Random(seed);
        await using var server = new ServerProcess(Path.Combine(Path.GetTempPath(), $"kestra-crash-{Environment.ProcessId}"));
        await server.StartAsync();
        foreach (var (_, source, _) in CrashFlows.All)
        {
            await server.PutFlowAsync(source);
        }

        var accepted = new Dictionary<string, string>();
        for (var round = 0; round < kills; round++)
        {
            var moment = random.Next(5, 900);
            var sending = SendAsync(server, round, random.Next());
            await Task.Delay(moment);
            server.Kill();
            foreach (var (client, id) in await sending)
            {
                accepted[client] = id;
            }

            log.WriteLine($"round {round}: killed after {moment} ms, {accepted.Count} accepted so far");
            await server.StartAsync();
        }

        var ended = await EndedAsync(server);
        Judge(accepted, ended);
        await server.StopAsync();
        WorkingRows(server.DatabaseFile).ShouldBeEmpty();
    }

    private async Task<Dictionary<string, string>> SendAsync(ServerProcess server, int round, int seedOfRound)
    {
        var random = new Random(seedOfRound);
        var flows = Enumerable.Range(0, executions).Select(_ => CrashFlows.All[random.Next(CrashFlows.All.Count)].Id).ToList();
        var accepted = new Dictionary<string, string>();
        foreach (var chunk in flows.Select((flow, number) => (flow, number)).Chunk(10))
        {
            var answers = await Task.WhenAll(chunk.Select(one => CreateAsync(server, one.flow, string.Create(CultureInfo.InvariantCulture, $"{round}-{one.number}"))));
            foreach (var (client, id) in answers.OfType<(string, string)>())
            {
                accepted[client] = id;
            }
        }

        return accepted;
    }

    // Null when the server died before it answered: then nothing was promised.
    private static async Task<(string Client, string Id)?> CreateAsync(ServerProcess server, string flow, string client)
    {
        try
        {
            using var response = await server.Client.PostAsync(new Uri($"executions/{CrashFlows.Namespace}/{flow}?labels=client:{client}", UriKind.Relative), null);
            using var body = JsonDocument.Parse(await response.Content.ReadAsStringAsync());
            return response.IsSuccessStatusCode ? (client, body.RootElement.GetProperty("id").GetString()!) : null;
        }
        catch (Exception error) when (error is HttpRequestException or IOException or JsonException)
        {
            return null;
        }
    }

    private static async Task<List<JsonElement>> EndedAsync(ServerProcess server)
    {
        using var limit = new CancellationTokenSource(EndPatience);
        while (true)
        {
            var all = await server.SearchAsync($"namespace={CrashFlows.Namespace}");
            var open = all.Where(static execution => State(execution) is not ("SUCCESS" or "FAILED" or "WARNING" or "KILLED" or "CANCELLED")).ToList();
            if (open.Count == 0)
            {
                return all;
            }

            if (limit.IsCancellationRequested)
            {
                throw new InvalidOperationException($"{open.Count} executions never ended, for example {open[0].GetRawText()}\nThe server said:\n{server.Output}");
            }

            await Task.Delay(100);
        }
    }

    private void Judge(Dictionary<string, string> accepted, List<JsonElement> ended)
    {
        var byId = ended.ToDictionary(static execution => execution.GetProperty("id").GetString()!);
        accepted.Values.Where(id => !byId.ContainsKey(id)).ShouldBeEmpty("accepted executions that are lost");
        accepted.Values.Distinct().Count().ShouldBe(accepted.Count, "two requests were answered with one execution");
        ended.Select(ClientOf).OfType<string>().GroupBy(static client => client).Where(static group => group.Count() > 1).Select(static group => group.Key).ShouldBeEmpty("requests that ran twice");
        ended.SelectMany(Faults).ShouldBeEmpty();
        log.WriteLine($"{accepted.Count} accepted, {ended.Count} ended");
    }

    private static IEnumerable<string> Faults(JsonElement execution)
    {
        var (id, flow) = (execution.GetProperty("id").GetString(), execution.GetProperty("flowId").GetString()!);
        if (State(execution) != "SUCCESS")
        {
            yield return $"{flow} {id} ended as {State(execution)}";
        }

        var ends = execution.GetProperty("state").GetProperty("histories").EnumerateArray().Count(static entry => entry.GetProperty("state").GetString() == "SUCCESS");
        if (ends != 1)
        {
            yield return $"{flow} {id} ended {ends} times";
        }

        var runs = execution.TryGetProperty("taskRunList", out var list) ? list.GetArrayLength() : 0;
        var expected = CrashFlows.All.First(one => one.Id == flow).TaskRuns;
        if (runs != expected)
        {
            yield return $"{flow} {id} has {runs} task runs instead of {expected}";
        }

        if (flow == "chain" && execution.GetProperty("outputs").GetProperty("client").GetString() != ClientOf(execution))
        {
            yield return $"{flow} {id} has the output {execution.GetProperty("outputs").GetRawText()}";
        }
    }

    private static List<string> WorkingRows(string database)
    {
        SQLitePCL.Batteries_V2.Init();
        using var connection = new SqliteConnection($"Data Source={database};Mode=ReadOnly;Pooling=False");
        connection.Open();
        return [.. WorkingTables.Select(table => (table, Rows: Count(connection, table))).Where(static one => one.Rows > 0).Select(static one => $"{one.Rows} rows left in {one.table}")];
    }

    private static long Count(SqliteConnection connection, string table)
    {
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // The names are those above.
        command.CommandText = $"SELECT count(*) FROM {table}";
#pragma warning restore CA2100
        return (long)command.ExecuteScalar()!;
    }

    private static string State(JsonElement execution) => execution.GetProperty("state").GetProperty("current").GetString()!;

    private static string? ClientOf(JsonElement execution) => execution.GetProperty("labels").EnumerateArray()
        .Where(static label => label.GetProperty("key").GetString() == "client").Select(static label => label.GetProperty("value").GetString()).FirstOrDefault();

    private static int Setting(string name, int fallback) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } text ? int.Parse(text, CultureInfo.InvariantCulture) : fallback;
}
