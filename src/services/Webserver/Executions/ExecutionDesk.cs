using System.Globalization;
using Kestra.Engine;
using Kestra.Hosting.Lanes;
using Kestra.Model;
using Kestra.Model.Executions;
using Kestra.Model.Flows;
using Kestra.Webserver.Errors;
using Microsoft.AspNetCore.Http;

namespace Kestra.Webserver.Executions;

/// <summary>Finds executions and hands commands to their executor; what comes back becomes an execution or an error of the API.</summary>
internal sealed class ExecutionDesk(IExecutionCommands commands, IExecutionReader reader, IExecutionFollow follow)
{
    public Task<Execution?> FindAsync(string tenant, string id, CancellationToken cancellationToken) => reader.FindAsync(tenant, id, cancellationToken);

    public async Task<Execution> RequireAsync(string tenant, string id, CancellationToken cancellationToken, string? message = null) =>
        await reader.FindAsync(tenant, id, cancellationToken) ?? throw ApiException.NotFound(message);

    /// <summary>Waits for the decision.</summary>
    public async Task<Execution> SubmitAsync(HttpContext http, string tenant, string id, Command command) =>
        Accepted(http, await commands.SubmitAsync(new ExecutionRequest(tenant, id, command), http.RequestAborted));

    /// <summary>Creates an execution.</summary>
    /// <param name="awaited">The request then waits for the end.</param>
    public async Task<Execution> CreateAsync(HttpContext http, string tenant, string id, Command.Create command, bool awaited) =>
        Accepted(http, await commands.SubmitAsync(new ExecutionRequest(tenant, id, command) { IsAwaited = awaited }, http.RequestAborted));

    /// <summary>Waits for the decision, whatever it is.</summary>
    public Task<CommandOutcome> TrySubmitAsync(string tenant, string id, Command command, CancellationToken cancellationToken) => commands.SubmitAsync(new ExecutionRequest(tenant, id, command), cancellationToken);

    public Task<bool> DeleteAsync(string tenant, string id, CancellationToken cancellationToken) => commands.DeleteAsync(tenant, id, cancellationToken);

    public Task<Execution> WaitForEndAsync(string tenant, string id, CancellationToken cancellationToken) => follow.WaitForEndAsync(tenant, id, cancellationToken);

    public IAsyncEnumerable<Execution> FollowAsync(string tenant, string id, CancellationToken cancellationToken) => follow.FollowAsync(tenant, id, cancellationToken);

    /// <summary>The execution of an accepted command; any other outcome as the error that clients know.</summary>
    public static Execution Accepted(HttpContext http, CommandOutcome outcome)
    {
        switch (outcome)
        {
            case CommandOutcome.Accepted accepted:
                return accepted.Execution;
            case CommandOutcome.NotFound:
                throw ApiException.NotFound();
            case CommandOutcome.Refused refused:
                throw OfRefusal(refused.Refusal);
            case CommandOutcome.Overloaded overloaded:
                http.Items[ErrorResponses.RetryAfter] = Math.Max(1, (int)Math.Ceiling(overloaded.RetryAfter.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
                throw new ApiException(429, "Too Many Requests", "The server has more work than it can take at the moment; try again later");
            default:
                throw new InvalidOperationException($"Unknown outcome {outcome.GetType().Name}.");
        }
    }

    private static ApiException OfRefusal(Refusal refusal) => refusal.Code switch
    {
        RefusalCode.AlreadyExists => new ApiException(409, "Conflict", refusal.Message),
        RefusalCode.IllegalState => ApiException.IllegalState(refusal.Message),
        RefusalCode.NotFound => ApiException.NotFound(refusal.Message),
        RefusalCode.TooLarge => new ApiException(413, "Request Entity Too Large", refusal.Message),
        _ => ApiException.IllegalArgument(refusal.Message),
    };

    /// <summary>Checks labels that a user sets.</summary>
    public static IReadOnlyList<Label> UserLabels(IEnumerable<Label> labels, bool allowCorrelation = false)
    {
        var list = labels.ToList();
        foreach (var label in list.Where(label => label.IsSystem && !(allowCorrelation && label.Key == Label.CorrelationId)))
        {
            throw ApiException.IllegalArgument($"System labels can only be set by Kestra itself, offending label: {label.Key}={label.Value}");
        }

        return list;
    }

    /// <summary>Refuses a flow that can't run.</summary>
    public static Flow Runnable(Flow flow) => flow switch
    {
        { Exception: { } exception } => throw ApiException.IllegalState($"Requested Flow is not valid. Error: {exception}"),
        { Disabled: true } => throw ApiException.IllegalState("Requested Flow is disabled."),
        _ => flow,
    };
}
