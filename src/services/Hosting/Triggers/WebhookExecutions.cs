using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using Kestra.Engine;
using Kestra.Hosting.Lanes;
using Kestra.Model.Executions;
using Kestra.Model.Flows;
using Kestra.Model.Identifiers;
using Kestra.Model.Json;
using Kestra.Plugins.Description;
using Kestra.Plugins.Triggers;
using NodaTime;

namespace Kestra.Hosting.Triggers;

/// <summary>Creates executions for requests to the addresses of Webhook triggers.</summary>
public sealed class WebhookExecutions(TriggerExecutions executions, IExecutionCommands commands, TimeProvider time, IIdSource ids)
{
    /// <summary>Finds the trigger that the key belongs to, tests its conditions and creates the execution.</summary>
    /// <param name="flow">Enabled and without faults; the caller has checked that.</param>
    public async Task<WebhookOutcome> CreateAsync(Flow flow, WebhookRequest request, CancellationToken cancellationToken)
    {
        var executionId = ids.Next();
        if (Find(flow, request.Key, executionId, cancellationToken) is not var (definition, trigger))
        {
            return new WebhookOutcome.NoTrigger();
        }

        var variables = VariablesOf(request);
        var now = Instant.FromDateTimeOffset(time.GetUtcNow());
        var create = await executions.BuildAsync(new TriggerEvent(flow, definition, executionId, variables), now, cancellationToken);
        if (!Holds(flow, definition, variables, create.Execution, cancellationToken))
        {
            return new WebhookOutcome.ConditionsNotMet();
        }

        var outcome = await commands.SubmitAsync(new ExecutionRequest(flow.TenantId, executionId, create) { IsAwaited = trigger.Wait }, cancellationToken);
        return new WebhookOutcome.Submitted(outcome, create.Execution, trigger.Wait);
    }

    private (TriggerDefinition Definition, IWebhookTrigger Trigger)? Find(Flow flow, string key, string executionId, CancellationToken cancellationToken)
    {
        var environment = executions.Environment;
        var scope = new TriggerScope(environment, flow, executionId, new OrderedDictionary<string, object?>(), null, cancellationToken);
        foreach (var definition in (flow.Triggers ?? []).Where(static trigger => !trigger.Disabled))
        {
            if (environment.Catalog.Find(definition.Type) is { Kind: PluginKind.Trigger }
                && environment.Catalog.Create(definition.Type, definition.Properties) is IWebhookTrigger webhook
                && IsSameKey(scope, webhook.Key, key))
            {
                return (definition, webhook);
            }
        }

        return null;
    }

    // The key is all that protects the address, so the comparison takes the same time wherever the two differ.
    private static bool IsSameKey(TriggerScope scope, string expression, string key)
    {
        try
        {
            return CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(scope.Render(expression)), Encoding.UTF8.GetBytes(key));
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            // A key that can't be rendered, for want of its secret, fits no request; another webhook of the flow still may.
            return false;
        }
    }

    // A condition that can't be tested counts as one that does not hold.
    private bool Holds(Flow flow, TriggerDefinition definition, IReadOnlyDictionary<string, object?> variables, Execution execution, CancellationToken cancellationToken)
    {
        try
        {
            var scope = new TriggerScope(executions.Environment, flow, execution.Id, variables, execution, cancellationToken);
            return TriggerConditions.Bind(definition, executions.Environment.Catalog).Hold(scope);
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            return false;
        }
    }

    private static OrderedDictionary<string, object?> VariablesOf(WebhookRequest request)
    {
        var variables = new OrderedDictionary<string, object?>(StringComparer.Ordinal);
        if (BodyOf(request.Body) is { } body)
        {
            variables["body"] = body;
        }

        variables["headers"] = Lists(request.Headers);
        variables["parameters"] = Lists(request.Parameters);
        return variables;
    }

    private static object? BodyOf(ReadOnlyMemory<byte> body)
    {
        var utf8 = body.Span.StartsWith(Encoding.UTF8.Preamble) ? body[Encoding.UTF8.Preamble.Length..] : body;
        if (utf8.IsEmpty)
        {
            return null;
        }

        try
        {
            // Bytes that are no text are replaced, as in any other text, and what comes of it may still be JSON.
            using var document = Utf8.IsValid(utf8.Span)
                ? JsonDocument.Parse(utf8, ModelJson.DocumentOptions)
                : JsonDocument.Parse(Encoding.UTF8.GetString(utf8.Span), ModelJson.DocumentOptions);
            return document.RootElement.ValueKind is JsonValueKind.Object or JsonValueKind.Array ? ModelJson.ReadValue(document.RootElement) : Encoding.UTF8.GetString(utf8.Span);
        }
        catch (JsonException)
        {
            return Encoding.UTF8.GetString(utf8.Span);
        }
    }

    private static OrderedDictionary<string, object?> Lists(IEnumerable<KeyValuePair<string, IReadOnlyList<string>>> values)
    {
        var lists = new OrderedDictionary<string, object?>(StringComparer.Ordinal);
        foreach (var (name, list) in values)
        {
            lists[name] = list.Select(static item => (object?)item).ToList();
        }

        return lists;
    }
}

/// <summary>A request to a webhook's address.</summary>
/// <param name="Key">The last part of the address.</param>
/// <param name="Body">As it came, in UTF-8; empty when there is none.</param>
/// <param name="Headers">Names as they were sent.</param>
/// <param name="Parameters">Of the query.</param>
public sealed record WebhookRequest(
    string Key,
    ReadOnlyMemory<byte> Body,
    IReadOnlyList<KeyValuePair<string, IReadOnlyList<string>>> Headers,
    IReadOnlyList<KeyValuePair<string, IReadOnlyList<string>>> Parameters);

/// <summary>What became of a request to a webhook's address.</summary>
public abstract record WebhookOutcome
{
    private WebhookOutcome()
    {
    }

    /// <summary>No enabled webhook of the flow has this key.</summary>
    public sealed record NoTrigger : WebhookOutcome;

    /// <summary>Nothing was created.</summary>
    public sealed record ConditionsNotMet : WebhookOutcome;

    /// <summary>The execution was handed over.</summary>
    /// <param name="Execution">As it was to be created.</param>
    /// <param name="Wait">The answer waits for the end of the execution.</param>
    public sealed record Submitted(CommandOutcome Outcome, Execution Execution, bool Wait) : WebhookOutcome;
}
