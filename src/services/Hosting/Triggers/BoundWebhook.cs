using System.Text;
using Kestra.Model.Flows;
using Kestra.Plugins.Description;
using Kestra.Plugins.Triggers;

namespace Kestra.Hosting.Triggers;

/// <summary>A Webhook trigger of one revision of a flow, bound once for all of its requests.</summary>
internal sealed class BoundWebhook
{
    private readonly byte[]? constantKey;
    private readonly TriggerConditions? conditions;

    public BoundWebhook(TriggerDefinition definition, IWebhookTrigger trigger, IPluginCatalog catalog)
    {
        (Definition, Trigger) = (definition, trigger);
        constantKey = trigger.Key.Contains('{', StringComparison.Ordinal) ? null : Encoding.UTF8.GetBytes(trigger.Key);
        try
        {
            conditions = TriggerConditions.Bind(definition, catalog);
        }
        catch (PluginBindingException)
        {
            // A condition that can't be tested counts as one that does not hold.
        }
    }

    public TriggerDefinition Definition { get; }

    public IWebhookTrigger Trigger { get; }

    /// <returns>Null when it can't be rendered, for want of its secret: then it fits no request, and another webhook of the flow still may.</returns>
    public byte[]? Key(Func<TriggerScope> scope)
    {
        try
        {
            return constantKey ?? Encoding.UTF8.GetBytes(scope().Render(Trigger.Key));
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            return null;
        }
    }

    /// <summary>Whether every condition holds; one that can't be tested does not.</summary>
    public bool Holds(Func<TriggerScope> scope)
    {
        try
        {
            return conditions is { IsEmpty: true } || (conditions?.Hold(scope()) ?? false);
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            return false;
        }
    }
}
