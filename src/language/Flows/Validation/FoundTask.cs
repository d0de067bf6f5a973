using Kestra.Model.Flows;
using Kestra.Plugins.Description;

namespace Kestra.Flows.Validation;

/// <summary>A task of a flow, at whatever depth.</summary>
/// <param name="Plugin">Null when the type is unknown.</param>
/// <param name="IsTopLevel">Stands in <c>tasks</c> of the flow itself.</param>
public sealed record FoundTask(TaskDefinition Task, PluginDescriptor? Plugin, bool IsTopLevel);
