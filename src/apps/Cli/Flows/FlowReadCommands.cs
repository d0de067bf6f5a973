using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Kestra.Cli.Api;
using Kestra.Cli.CommandLine;

namespace Kestra.Cli.Flows;

/// <summary><c>flow list</c>: the server's flows.</summary>
internal sealed class FlowListCommand : ApiCommand
{
    private const int PageSize = 100;

    private readonly Setting<string?> ns = Settings.Text("Only flows of this namespace and those below it.", "namespace", "--namespace");
    private readonly Setting<OutputFormat> format = OutputFormats.Option();

    public FlowListCommand()
        : base("list", "List flows")
    {
        Add(ns);
        Add(format);
    }

    protected override async Task<int> RunAsync(Invocation invocation, ApiClient client)
    {
        var flows = await FindAsync(client, invocation.Get(ns), invocation.CancellationToken);
        if (invocation.Get(format) == OutputFormat.JSON)
        {
            invocation.Terminal.Json(JsonSerializer.SerializeToElement(flows));
            return ExitCode.Success;
        }

        TextTable.Write(invocation.Terminal, ["NAMESPACE", "ID", "REVISION", "STATE"], flows.Select(static flow => new[]
        {
            flow.Text("namespace") ?? "",
            flow.Text("id") ?? "",
            flow.TryGetProperty("revision", out var revision) ? revision.ToString() : "",
            flow.TryGetProperty("disabled", out var disabled) && disabled.ValueKind == JsonValueKind.True ? "disabled" : "",
        }));
        return ExitCode.Success;
    }

    /// <summary>All flows, page by page.</summary>
    internal static async Task<List<JsonElement>> FindAsync(ApiClient client, string? ns, CancellationToken cancellationToken)
    {
        var flows = new List<JsonElement>();
        for (var page = 1; ; page++)
        {
            var query = string.Create(CultureInfo.InvariantCulture, $"/flows/search?page={page}&size={PageSize}&sort=namespace:asc&sort=id:asc");
            if (ns is { Length: > 0 })
            {
                query += $"&filters[namespace][PREFIX]={ApiClient.Segment(ns)}";
            }

            var answer = await client.SendJsonAsync(HttpMethod.Get, query, null, cancellationToken);
            var results = answer.GetProperty("results");
            flows.AddRange(results.EnumerateArray());
            if (results.GetArrayLength() == 0 || flows.Count >= answer.GetProperty("total").GetInt64())
            {
                return flows;
            }
        }
    }
}

/// <summary><c>flow export</c>: the sources of the server's flows as a ZIP file.</summary>
internal sealed class FlowExportCommand : ApiCommand
{
    private readonly Parameter<string> directory = Settings.Required("directory", "The directory to write the ZIP file to.");
    private readonly Setting<string?> ns = Settings.Text("The namespace of the flows to export.", "namespace", "--namespace");

    public FlowExportCommand()
        : base("export", "Export flows to a ZIP file")
    {
        Add(directory);
        Add(ns);
    }

    protected override Task<int> RunAsync(Invocation invocation, ApiClient client) =>
        ZipExport.RunAsync(invocation, client, "flow", invocation.Get(directory), invocation.Get(ns));
}

/// <summary>Fetches an archive of sources.</summary>
internal static class ZipExport
{
    /// <param name="kind">flow or template.</param>
    public static async Task<int> RunAsync(Invocation invocation, ApiClient client, string kind, string directory, string? ns)
    {
        var folder = invocation.Host.FullPath(directory);
        var query = ns is { Length: > 0 } ? $"?namespace={ApiClient.Segment(ns)}" : "";
        using var response = await client.SendAsync(HttpMethod.Get, $"/{kind}s/export/by-query{query}", null, invocation.CancellationToken);
        var file = Path.Combine(folder, $"{kind}s.zip");
        var part = file + ".part";
        try
        {
            Directory.CreateDirectory(folder);
            await using (var output = File.Create(part))
            {
                await response.Content.CopyToAsync(output, invocation.CancellationToken);
            }

            File.Move(part, file, overwrite: true);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new CommandFailureException($"'{file}' cannot be written: {error.Message}", error);
        }

        invocation.Terminal.Line($"Exporting {kind}(s) for namespace '{ns ?? "null"}' successfully done !");
        return ExitCode.Success;
    }
}
