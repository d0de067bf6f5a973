using System.Collections.Frozen;
using System.Reflection;
using Kestra.Plugins.Description;
using Kestra.Plugins.Flowables;
using Kestra.Plugins.Tasks;

namespace Kestra.Plugins.Hosting;

/// <summary>The plugins of the given assemblies. Names are read at once, everything else of a plugin when it is first asked for.</summary>
public sealed class PluginCatalog : IPluginCatalog
{
    private readonly FrozenDictionary<string, Entry> byName;
    private readonly Lazy<IReadOnlyList<PluginDescriptor>> all;

    public PluginCatalog(params IEnumerable<Assembly> assemblies)
    {
        var entries = assemblies.SelectMany(assembly => assembly.GetExportedTypes())
            .Select(type => (Type: type, Attribute: type.GetCustomAttribute<PluginAttribute>(inherit: false)))
            .Where(plugin => plugin.Attribute is not null)
            .Select(plugin => new Entry(plugin.Type, plugin.Attribute!))
            .ToList();
        byName = entries.SelectMany(entry => entry.Attribute.Aliases.Prepend(entry.Attribute.Type).Select(name => (name, entry))).ToFrozenDictionary(pair => pair.name, pair => pair.entry, StringComparer.Ordinal);
        all = new(() => [.. entries.OrderBy(entry => entry.Attribute.Type, StringComparer.Ordinal).Select(entry => entry.Descriptor.Value)]);
    }

    public IReadOnlyList<PluginDescriptor> All => all.Value;

    public PluginDescriptor? Find(string type) => byName.TryGetValue(type, out var entry) ? entry.Descriptor.Value : null;

    public string? Nearest(string unknownType)
    {
        var limit = Math.Max(2, unknownType.Length / 4);
        return byName.Keys.Select(name => (Name: name, Distance: Distance(unknownType, name)))
            .Where(candidate => candidate.Distance <= limit || LastPart(candidate.Name).Equals(LastPart(unknownType), StringComparison.OrdinalIgnoreCase))
            .OrderBy(candidate => candidate.Distance).ThenBy(candidate => candidate.Name, StringComparer.Ordinal)
            .Select(candidate => candidate.Name).FirstOrDefault();
    }

    public object Create(string type, IReadOnlyDictionary<string, object?> properties)
    {
        if (!byName.TryGetValue(type, out var entry))
        {
            var near = Nearest(type) is { } nearest ? $"; did you mean '{nearest}'?" : "";
            throw new PluginBindingException(type, [new PluginBindingFault("type", $"Invalid type: {type}{near}")]);
        }

        var faults = new List<PluginBindingFault>();
        var plugin = entry.Shape.Value.Bind(properties, "", faults);
        return faults.Count == 0 ? plugin : throw new PluginBindingException(type, faults);
    }

    private static string LastPart(string name) => name[(name.LastIndexOf('.') + 1)..];

    private static int Distance(string left, string right)
    {
        var previous = Enumerable.Range(0, right.Length + 1).ToArray();
        var current = new int[right.Length + 1];
        for (var row = 1; row <= left.Length; row++)
        {
            current[0] = row;
            for (var column = 1; column <= right.Length; column++)
            {
                var change = previous[column - 1] + (left[row - 1] == right[column - 1] ? 0 : 1);
                current[column] = Math.Min(change, Math.Min(previous[column], current[column - 1]) + 1);
            }

            (previous, current) = (current, previous);
        }

        return previous[right.Length];
    }

    private sealed class Entry
    {
        public Entry(Type type, PluginAttribute attribute)
        {
            Attribute = attribute;
            Shape = new(() => PluginShape.Of(type));
            Descriptor = new(() => Describe(type, attribute));
        }

        public PluginAttribute Attribute { get; }
        public Lazy<PluginShape> Shape { get; }
        public Lazy<PluginDescriptor> Descriptor { get; }

        private PluginDescriptor Describe(Type type, PluginAttribute attribute) => new()
        {
            Type = attribute.Type,
            Kind = KindOf(type, attribute),
            Role = RoleOf(type),
            ClrType = type,
            Aliases = attribute.Aliases,
            Title = attribute.Title,
            Deprecated = attribute.Deprecated,
            Beta = attribute.Beta,
            Properties = Shape.Value.Describe(),
        };

        private static PluginKind KindOf(Type type, PluginAttribute attribute) => typeof(ITask).IsAssignableFrom(type) ? PluginKind.Task
            : attribute.Type.Contains(".condition.", StringComparison.Ordinal) ? PluginKind.Condition
            : attribute.Type.Contains(".runner.", StringComparison.Ordinal) ? PluginKind.TaskRunner
            : PluginKind.Trigger;

        private static TaskRole RoleOf(Type type) =>
            typeof(IWorkingDirectoryTask).IsAssignableFrom(type) ? TaskRole.WorkingDirectory
            : typeof(IRunnableTask).IsAssignableFrom(type) ? TaskRole.Runnable
            : typeof(IFlowableTask).IsAssignableFrom(type) || typeof(IPauseTask).IsAssignableFrom(type) ? TaskRole.Flowable
            : typeof(IExecutableTask).IsAssignableFrom(type) ? TaskRole.Executable
            : typeof(IExecutionUpdatingTask).IsAssignableFrom(type) ? TaskRole.ExecutionUpdating
            : TaskRole.None;
    }
}
