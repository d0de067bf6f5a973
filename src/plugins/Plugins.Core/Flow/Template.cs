using Kestra.Model.Flows;
using Kestra.Plugins.Flowables;

namespace Kestra.Plugins.Core.Flow;

/// <summary>Stood for the tasks of a template. Templates are gone; a flow that has one can be read, and fails there.</summary>
[Plugin("io.kestra.plugin.core.flow.Template", Aliases = ["io.kestra.core.tasks.flows.Template"], Title = "Include a reusable template inside a flow.", Deprecated = true)]
[PluginOutput("args", typeof(IReadOnlyDictionary<string, object?>))]
public sealed class Template : FlowableTask
{
    [PluginProperty(Required = true)]
    public string Namespace { get; init; } = "";

    [PluginProperty(Required = true)]
    public string TemplateId { get; init; } = "";

    public string? TenantId { get; init; }

    [PluginProperty(Dynamic = true)]
    public IReadOnlyDictionary<string, string>? Args { get; init; }

    public override IEnumerable<TaskDefinition> Children => [];

    public override FlowablePlan Plan(Func<string, string?> render) => throw new InvalidOperationException("Templates are disabled, please check your configuration");
}
