using System.Collections.Frozen;
using System.Reflection;
using Kestra.Plugins.Description;

namespace Kestra.Plugins.Hosting;

/// <summary>The plugins of the given assemblies. Names are read at once, everything else of a plugin when it is first asked for.</summary>
public sealed class PluginCatalog : IPluginCatalog
{
    private readonly FrozenDictionary<string, PluginEntry> byName;
    private readonly Lazy<IReadOnlyList<PluginDescriptor>> all;

    /// <exception cref="InvalidOperationException">Two plugins have one name; the message tells both.</exception>
    public PluginCatalog(params IEnumerable<Assembly> assemblies)
    {
        var entries = assemblies.SelectMany(Listed).Select(static listed => new PluginEntry(listed)).ToList();
        byName = Named(entries).ToFrozenDictionary(StringComparer.Ordinal);
        all = new(() => [.. entries.Select(static entry => entry.Descriptor).Where(static plugin => !plugin.Internal).OrderBy(static plugin => plugin.Type, StringComparer.Ordinal)]);
    }

    public IReadOnlyList<PluginDescriptor> All => all.Value;

    public PluginDescriptor? Find(string type) => byName.TryGetValue(type, out var entry) ? entry.Descriptor : null;

    public string? Nearest(string unknownType) => NearestName.Of(unknownType, byName.Keys);

    public object Create(string type, IReadOnlyDictionary<string, object?> properties)
    {
        if (!byName.TryGetValue(type, out var entry))
        {
            var near = Nearest(type) is { } nearest ? $"; did you mean '{nearest}'?" : "";
            throw new PluginBindingException(type, [new PluginBindingFault("type", $"Invalid type: {type}{near}")]);
        }

        var binding = new RawBinding(this);
        var plugin = entry.Bind(properties, binding);
        return binding.Faults.Count == 0 ? plugin : throw new PluginBindingException(type, binding.Faults);
    }

    private static IReadOnlyList<PluginTableEntry> Listed(Assembly assembly) =>
        assembly.GetCustomAttribute<PluginTableAttribute>() is { } listed
            ? ((IPluginTable)Activator.CreateInstance(listed.Table)!).Entries
            : [.. Found(assembly)];

    private static IEnumerable<PluginTableEntry> Found(Assembly assembly) =>
        from type in assembly.GetExportedTypes()
        let attribute = type.GetCustomAttribute<PluginAttribute>(inherit: false)
        where attribute is not null
        select PluginEntry.Of(type, attribute);

    private static Dictionary<string, PluginEntry> Named(List<PluginEntry> entries)
    {
        var named = new Dictionary<string, PluginEntry>(StringComparer.Ordinal);
        foreach (var entry in entries)
        {
            foreach (var name in entry.Names)
            {
                if (!named.TryAdd(name, entry))
                {
                    throw new InvalidOperationException($"The plugins '{named[name].Type}' and '{entry.Type}' both have the name '{name}'.");
                }
            }
        }

        return named;
    }
}
