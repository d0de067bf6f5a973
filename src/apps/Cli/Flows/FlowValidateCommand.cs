using System.CommandLine;
using System.Text.Json;
using Kestra.Cli.Api;
using Kestra.Cli.CommandLine;
using Kestra.Cli.Composition;
using Kestra.Flows;
using Kestra.Model.Flows;

namespace Kestra.Cli.Flows;

/// <summary><c>flow validate</c>: checks files, with the server's plugins or with those of this program.</summary>
internal sealed class FlowValidateCommand : ApiCommand
{
    private readonly Parameter<string> directory = Settings.Required("directory", "The directory (with those below it) or file to check.");
    private readonly Setting<bool> local = Settings.Flag("Check in this program instead of asking a server.", "--local");
    private readonly Setting<OutputFormat> format = OutputFormats.Option();

    public FlowValidateCommand()
        : base("validate", "Validate flows")
    {
        Add(directory);
        Add(local);
        Add(format);
    }

    protected override async Task<int> RunAsync(Invocation invocation, ApiClient client)
    {
        var folder = invocation.Host.FullPath(invocation.Get(directory));
        var files = FlowFiles.Find(folder);
        if (files.Count == 0)
        {
            throw new CommandFailureException($"No flow found in '{folder}'!");
        }

        var sources = new List<(string File, string Source)>();
        foreach (var file in files)
        {
            var source = await FlowFiles.ReadAsync(file, invocation.CancellationToken);
            sources.Add((file, await FlowFiles.ExpandAsync(source, file, invocation.CancellationToken)));
        }

        var checks = invocation.Get(local) ? Local(invocation, sources) : await RemoteAsync(invocation, client, sources);
        if (invocation.Get(format) == OutputFormat.JSON)
        {
            WriteJson(invocation.Terminal, checks);
        }
        else
        {
            checks.ForEach(check => WriteText(invocation.Terminal, check));
        }

        return checks.TrueForAll(static check => check.Problems.Count == 0) ? ExitCode.Success : ExitCode.Failure;
    }

    private static List<FlowCheck> Local(Invocation invocation, List<(string File, string Source)> sources)
    {
        var reader = LocalLanguage.Create(invocation).Reader;
        return sources.ConvertAll(source =>
        {
            var reading = reader.Read(source.Source, Tenants.Default);
            return new FlowCheck(source.File, reading.Flow?.Namespace, reading.Flow?.Id, [.. reading.Faults.Select(FaultText.Of)], [], []);
        });
    }

    private static async Task<List<FlowCheck>> RemoteAsync(Invocation invocation, ApiClient client, List<(string File, string Source)> sources)
    {
        var body = FlowDirectory.Join(sources.Select(static source => source.Source));
        var answer = await client.SendJsonAsync(HttpMethod.Post, "/flows/validate", ApiClient.YamlContent(body), invocation.CancellationToken);
        if (answer.ValueKind != JsonValueKind.Array)
        {
            throw new CommandFailureException($"{client.Server} does not answer like a Kestra server.");
        }

        return [.. answer.EnumerateArray().Select(result => new FlowCheck(
            FileOf(result, sources),
            result.Text("namespace"),
            result.Text("flow"),
            result.Text("constraints") is { } constraints ? [constraints.Trim()] : [],
            [.. result.Texts("deprecationPaths").Select(static path => $"{path} is deprecated"), .. result.Texts("warnings")],
            [.. result.Texts("infos")]))];
    }

    // A file that holds several documents shifts the numbers: then the flow's own name has to do.
    private static string FileOf(JsonElement result, List<(string File, string Source)> sources)
    {
        var index = result.TryGetProperty("index", out var number) && number.TryGetInt32(out var value) ? value : 0;
        var several = sources.Exists(static source => source.Source.Contains("\n---", StringComparison.Ordinal));
        return !several && index < sources.Count ? sources[index].File : result.Text("flow") ?? $"document {index}";
    }

    private static void WriteText(Terminal terminal, FlowCheck check)
    {
        if (check.Problems.Count == 0)
        {
            terminal.Line($"✓ - {check.Namespace} / {check.Id}", Colour.Green);
        }
        else
        {
            terminal.ErrorLine($"✘ - {check.File}", Colour.Red);
            terminal.ErrorLine("\tUnable to parse flow due to the following error(s):");
            foreach (var problem in check.Problems)
            {
                terminal.Error.Write("\t");
                terminal.ErrorLine($"- {problem.ReplaceLineEndings("\n\t  ")}", Colour.Yellow);
            }
        }

        foreach (var warning in check.Warnings)
        {
            terminal.Line($"⚠ - {warning}", Colour.Yellow);
        }

        foreach (var info in check.Infos)
        {
            terminal.Line($"ℹ - {info}", Colour.Blue);
        }
    }

    private static void WriteJson(Terminal terminal, List<FlowCheck> checks)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream))
        {
            JsonSerializer.Serialize(writer, checks.Select(static check => new Dictionary<string, object?>
            {
                ["file"] = check.File,
                ["namespace"] = check.Namespace,
                ["id"] = check.Id,
                ["valid"] = check.Problems.Count == 0,
                ["problems"] = check.Problems,
                ["warnings"] = check.Warnings,
                ["infos"] = check.Infos,
            }));
        }

        using var document = JsonDocument.Parse(stream.ToArray());
        terminal.Json(document.RootElement);
    }
}

/// <summary>What a check of one flow found.</summary>
/// <param name="Problems">Empty for a valid flow.</param>
internal sealed record FlowCheck(string File, string? Namespace, string? Id, IReadOnlyList<string> Problems, IReadOnlyList<string> Warnings, IReadOnlyList<string> Infos);
