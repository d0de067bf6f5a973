using System.Runtime.CompilerServices;
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
    private readonly ConditionalWeakTable<Flow, List<BoundWebhook>> bound = [];

    /// <summary>Finds the trigger that the key belongs to, tests its conditions and creates the execution.</summary>
    /// <param name="flow">Enabled and without faults; the caller has checked that.</param>
    public async Task<WebhookOutcome> CreateAsync(Flow flow, WebhookRequest request, CancellationToken cancellationToken)
    {
        var executionId = ids.Next();
        if (Find(flow, request.Key, executionId, cancellationToken) is not { } hook)
        {
            return new WebhookOutcome.NoTrigger();
        }

        var variables = VariablesOf(request);
        var now = Instant.FromDateTimeOffset(time.GetUtcNow());
        var create = await executions.BuildAsync(new TriggerEvent(flow, hook.Definition, executionId, variables), now, cancellationToken);
        if (!hook.Holds(() => new TriggerScope(executions.Environment, flow, executionId, variables, create.Execution, cancellationToken)))
        {
            return new WebhookOutcome.ConditionsNotMet();
        }

        var outcome = await commands.SubmitAsync(new ExecutionRequest(flow.TenantId, executionId, create) { IsAwaited = hook.Trigger.Wait }, cancellationToken);
        return new WebhookOutcome.Submitted(outcome, create.Execution, hook.Trigger.Wait);
    }

    // The key is all that protects the address, so the comparison takes the same time wherever the two differ.
    private BoundWebhook? Find(Flow flow, string key, string executionId, CancellationToken cancellationToken)
    {
        var given = Encoding.UTF8.GetBytes(key);
        var none = new OrderedDictionary<string, object?>();
        TriggerScope Scope() => new(executions.Environment, flow, executionId, none, null, cancellationToken);
        foreach (var hook in bound.GetValue(flow, Bind))
        {
            if (hook.Key(Scope) is { } expected && CryptographicOperations.FixedTimeEquals(expected, given))
            {
                return hook;
            }
        }

        return null;
    }

    private List<BoundWebhook> Bind(Flow flow)
    {
        var catalog = executions.Environment.Catalog;
        var hooks = new List<BoundWebhook>();
        foreach (var definition in (flow.Triggers ?? []).Where(static trigger => !trigger.Disabled))
        {
            if (catalog.Find(definition.Type) is { Kind: PluginKind.Trigger } && catalog.Create(definition.Type, definition.Properties) is IWebhookTrigger trigger)
            {
                hooks.Add(new BoundWebhook(definition, trigger, catalog));
            }
        }

        return hooks;
    }

    private static OrderedDictionary<string, object?> VariablesOf(WebhookRequest request)
    {
        var variables = new OrderedDictionary<string, object?>(3, StringComparer.Ordinal);
        if (BodyOf(request.Body.Span) is { } body)
        {
            variables["body"] = body;
        }

        variables["headers"] = Lists(request.Headers);
        variables["parameters"] = Lists(request.Parameters);
        return variables;
    }

    private static object? BodyOf(ReadOnlySpan<byte> body)
    {
        var utf8 = body.StartsWith(Encoding.UTF8.Preamble) ? body[Encoding.UTF8.Preamble.Length..] : body;
        if (utf8.IsEmpty)
        {
            return null;
        }

        // Bytes that are no text are replaced, as in any other text, and what comes of it may still be JSON.
        var valid = Utf8.IsValid(utf8) ? utf8 : Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(utf8));
        return ReadJson(valid) ?? Encoding.UTF8.GetString(valid);
    }

    // Null for what is no object and no list, or no JSON at all: then it is a text.
    private static object? ReadJson(ReadOnlySpan<byte> utf8)
    {
        try
        {
            return ModelJson.ReadValueLater(utf8) is var value and (IReadOnlyDictionary<string, object?> or IReadOnlyList<object?>) ? value : null;
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException)
        {
            // The latter is an escaped half of a surrogate pair.
            return null;
        }
    }

    private static object Lists(IReadOnlyList<KeyValuePair<string, IReadOnlyList<string>>> values) => ModelJson.ValueOf(writer =>
    {
        writer.WriteStartObject();
        foreach (var (name, list) in values)
        {
            writer.WriteStartArray(name);
            foreach (var item in list)
            {
                writer.WriteStringValue(item);
            }

            writer.WriteEndArray();
        }

        writer.WriteEndObject();
    });
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
