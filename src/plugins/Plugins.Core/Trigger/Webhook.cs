using Kestra.Plugins.Triggers;

namespace Kestra.Plugins.Core.Trigger;

/// <summary>Creates an execution for each request to the address that ends with the key.</summary>
[Plugin("io.kestra.plugin.core.trigger.Webhook", Aliases = ["io.kestra.core.models.triggers.types.Webhook"], Title = "Trigger a flow from a webhook.")]
public sealed class Webhook : IWebhookTrigger
{
    public required string Key { get; init; }

    public bool Wait { get; init; }
}
