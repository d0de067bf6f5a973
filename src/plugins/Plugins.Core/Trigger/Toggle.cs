using Kestra.Plugins.Services;
using Kestra.Plugins.Tasks;

namespace Kestra.Plugins.Core.Trigger;

/// <summary>Switches a trigger on or off.</summary>
[Plugin("io.kestra.plugin.core.trigger.Toggle", Aliases = ["io.kestra.core.tasks.trigger.Toggle"], Title = "Toggle a trigger: enable or disable it.")]
public sealed class Toggle : IRunnableTask
{
    /// <summary>The flow's own namespace, without it.</summary>
    public Property<string>? Namespace { get; init; }

    /// <summary>The flow itself, without it.</summary>
    public Property<string>? FlowId { get; init; }

    [PluginProperty(Required = true)]
    public Property<string>? Trigger { get; init; }

    public bool Enabled { get; init; }

    public async Task<TaskResult> RunAsync(IRunContext context, CancellationToken cancellationToken)
    {
        var (@namespace, flow) = (Namespace.Or(context, context.Namespace), FlowId.Or(context, context.FlowId));
        var trigger = Trigger.Required(context, "trigger");
        var triggers = context.Service<ITriggerSwitch>();
        if (!await triggers.FlowExistsAsync(context.TenantId, @namespace, flow, cancellationToken))
        {
            throw new TaskFailedException($"Unable to find flow {@namespace}.{flow}. Make sure the flow exists and the current execution is authorized to access it.");
        }

        return await triggers.SetDisabledAsync(context.TenantId, @namespace, flow, trigger, !Enabled, cancellationToken)
            ? TaskResult.Empty
            : throw new TaskFailedException($"Unable to find trigger {trigger} for the flow {@namespace}.{flow}");
    }
}
