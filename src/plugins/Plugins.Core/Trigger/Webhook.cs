using Kestra.Plugins.Triggers;

namespace Kestra.Plugins.Core.Trigger;

/// <summary>Creates an execution for each request to the address that ends with the key.</summary>
[PluginOutput("body", typeof(object), Title = "The full body for the webhook request.")]
[PluginOutput("headers", typeof(IReadOnlyDictionary<string, IReadOnlyList<string>>), Title = "The headers for the webhook request.")]
[PluginOutput("parameters", typeof(IReadOnlyDictionary<string, IReadOnlyList<string>>), Title = "The parameters for the webhook request.")]
[Plugin("io.kestra.plugin.core.trigger.Webhook", Aliases = ["io.kestra.core.models.triggers.types.Webhook"], Title = "Trigger a flow from a webhook.")]
public sealed class Webhook : IWebhookTrigger
{
    /// <summary>May be an expression, for example of a secret.</summary>
    [PluginProperty(Required = true, MaxLength = 256, Dynamic = true)]
    public string Key { get; init; } = "";

    public bool Wait { get; init; }
}
