using Kestra.Cli.Api;
using Kestra.Cli.CommandLine;
using Kestra.Cli.Flows;
using Kestra.Flows.Yaml;
using Microsoft.Extensions.Logging;

namespace Kestra.Cli.Server;

/// <summary>Loads the flows of <c>--flow-path</c>. A file that is no valid flow is told and left out: the server starts all the same.</summary>
internal sealed partial class FlowLoader(ApiClient client, ILogger logger)
{
    public async Task LoadAsync(string path, CancellationToken cancellationToken)
    {
        foreach (var file in FlowFiles.Find(path))
        {
            try
            {
                await LoadFileAsync(file, cancellationToken);
            }
            catch (Exception error) when (error is ApiErrorException or CommandFailureException or YamlException)
            {
                LogSkipped(logger, file, error.Message.TrimEnd());
            }
        }
    }

    private async Task LoadFileAsync(string file, CancellationToken cancellationToken)
    {
        var source = await FlowFiles.ReadAsync(file, cancellationToken);
        var root = YamlDocument.Parse(source).Root as IReadOnlyDictionary<string, object?>;
        var (ns, id) = (root?.GetValueOrDefault("namespace") as string ?? "", root?.GetValueOrDefault("id") as string ?? "");
        var (_, created) = await FlowUpload.SaveAsync(client, ns, id, source, cancellationToken);
        if (created)
        {
            LogCreated(logger, ns, id);
        }
        else
        {
            LogUpdated(logger, ns, id);
        }
    }

    [LoggerMessage(LogLevel.Information, "Created flow {Namespace}.{Id}")]
    private static partial void LogCreated(ILogger logger, string @namespace, string id);

    [LoggerMessage(LogLevel.Information, "Updated flow {Namespace}.{Id}")]
    private static partial void LogUpdated(ILogger logger, string @namespace, string id);

    [LoggerMessage(LogLevel.Warning, "Unable to create flow {File}: {Reason}")]
    private static partial void LogSkipped(ILogger logger, string file, string reason);
}
