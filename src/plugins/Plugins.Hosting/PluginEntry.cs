using System.Reflection;
using Kestra.Plugins.Description;
using Kestra.Plugins.Flowables;
using Kestra.Plugins.Runners;
using Kestra.Plugins.Tasks;
using Kestra.Plugins.Triggers;

namespace Kestra.Plugins.Hosting;

/// <summary>One plugin of the catalogue; everything but its names is found out when it is first needed.</summary>
internal sealed class PluginEntry(PluginTableEntry names)
{
    private readonly Lazy<PluginDescriptor> descriptor = new(() => Describe(names.ClrType()));

    public string Type => names.Type;

    public IEnumerable<string> Names => names.Aliases.Prepend(names.Type);

    public PluginDescriptor Descriptor => descriptor.Value;

    public object Bind(IReadOnlyDictionary<string, object?> properties, RawBinding binding) =>
        PluginShape.Of(Descriptor.ClrType).Bind(properties, "", binding, new KnownClass(Type, CommonProperties.NamesFor(Descriptor.Kind)));

    public static PluginTableEntry Of(Type type, PluginAttribute attribute) => new(attribute.Type, () => type, attribute.Aliases);

    private static PluginDescriptor Describe(Type type)
    {
        var attribute = type.GetCustomAttribute<PluginAttribute>(inherit: false) ?? throw new InvalidOperationException($"{type} is listed as a plugin and has no [Plugin].");
        var kind = KindOf(type, attribute);
        return new PluginDescriptor
        {
            Type = attribute.Type,
            Kind = kind,
            Role = RoleOf(type),
            ClrType = type,
            Aliases = attribute.Aliases,
            Title = attribute.Title,
            Description = attribute.Description,
            Deprecated = attribute.Deprecated,
            Beta = attribute.Beta,
            Internal = attribute.Internal,
            Properties = [.. CommonProperties.For(kind), .. PluginShape.Of(type).Describe()],
            Outputs = [.. type.GetCustomAttributes<PluginOutputAttribute>().Select(static output => new PluginOutputDescriptor(output.Name, output.Type, output.Title))],
            Metrics = [.. type.GetCustomAttributes<PluginMetricAttribute>().Select(static metric => new PluginMetricDescriptor(metric.Name, metric.Type))],
        };
    }

    private static PluginKind KindOf(Type type, PluginAttribute attribute) =>
        typeof(ITask).IsAssignableFrom(type) ? PluginKind.Task
        : typeof(ITrigger).IsAssignableFrom(type) ? PluginKind.Trigger
        : typeof(ICondition).IsAssignableFrom(type) ? PluginKind.Condition
        : typeof(ITaskRunner).IsAssignableFrom(type) ? PluginKind.TaskRunner
        : throw new InvalidOperationException($"The plugin {attribute.Type} is of no known kind: {type} implements none of the contract's interfaces.");

    private static TaskRole RoleOf(Type type) =>
        typeof(IWorkingDirectoryTask).IsAssignableFrom(type) ? TaskRole.WorkingDirectory
        : typeof(IRunnableTask).IsAssignableFrom(type) ? TaskRole.Runnable
        : typeof(IFlowableTask).IsAssignableFrom(type) || typeof(IPauseTask).IsAssignableFrom(type) ? TaskRole.Flowable
        : typeof(IExecutableTask).IsAssignableFrom(type) ? TaskRole.Executable
        : typeof(IExecutionUpdatingTask).IsAssignableFrom(type) ? TaskRole.ExecutionUpdating
        : TaskRole.None;
}
