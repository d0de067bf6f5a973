using System.Text.Json;
using Kestra.Engine;
using Kestra.Hosting.Lanes;
using Kestra.Model.Json;
using Kestra.Storage.Executions;
using Microsoft.Extensions.Logging;

namespace Kestra.Executor.Loop;

/// <summary>Keeps executions that are to be skipped out of the loop.</summary>
internal sealed partial class Skipping(SkippedExecutions skipped, ILogger<Skipping> logger)
{
    /// <summary>What a caller is told.</summary>
    public static Refusal RefusalOf(string executionId) =>
        new(RefusalCode.IllegalState, $"The execution '{executionId}' is skipped by this server, which was started with one of the options --skip-executions, --skip-flows, --skip-namespaces and --skip-tenants");

    /// <summary>Whether a command is for an execution that is skipped, as far as the command tells.</summary>
    public bool Skips(ExecutionRequest request)
    {
        if (skipped.IsEmpty)
        {
            return false;
        }

        var place = request.Command is Command.Create { Execution: var execution } ? new ExecutionPlace(execution.TenantId, execution.Namespace, execution.FlowId) : request.Place;
        return Told(skipped.Covers(request.TenantId, request.ExecutionId, place), request.ExecutionId);
    }

    public bool Skips(StoredExecution stored) => !skipped.IsEmpty && Told(skipped.Covers(stored.TenantId, stored.ExecutionId, PlaceOf(stored)), stored.ExecutionId);

    // The document may be what does harm, so only two of its fields are looked at.
    private static ExecutionPlace? PlaceOf(StoredExecution stored)
    {
        try
        {
            using var document = JsonDocument.Parse(stored.Document, ModelJson.DocumentOptions);
            return document.RootElement.TryGetProperty("namespace"u8, out var name) && document.RootElement.TryGetProperty("flowId"u8, out var flow)
                ? new ExecutionPlace(stored.TenantId, name.GetString() ?? "", flow.GetString() ?? "")
                : null;
        }
        catch (JsonException)
        {
            // It can be skipped by its id alone.
            return null;
        }
    }

    private bool Told(bool skips, string executionId)
    {
        if (skips)
        {
            LogSkipping(executionId);
        }

        return skips;
    }

    [LoggerMessage(LogLevel.Warning, "Skipping execution {ExecutionId}")]
    private partial void LogSkipping(string executionId);
}
