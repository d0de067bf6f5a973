using System.Collections.Concurrent;
using System.Reflection;
using Kestra.Model.Flows.Reading;
using Kestra.Plugins.Description;

namespace Kestra.Plugins.Hosting;

/// <summary>The properties of a class as flows write them, and how raw values get into them.</summary>
internal sealed class PluginShape
{
    private static readonly ConcurrentDictionary<Type, PluginShape> Shapes = new();

    private readonly Type type;
    private readonly List<PluginMember> members;

    private PluginShape(Type type)
    {
        this.type = type;
        members = [.. type.GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(property => property.SetMethod is { IsPublic: true }).Select(property => new PluginMember(property))];
    }

    public static PluginShape Of(Type type) => Shapes.GetOrAdd(type, static type => new PluginShape(type));

    /// <param name="known">What is known of the class beside its own properties; null for a part of a plugin.</param>
    public object Bind(IReadOnlyDictionary<string, object?> raw, string path, RawBinding binding, KnownClass? known = null)
    {
        var target = Activator.CreateInstance(type)!;
        var used = new HashSet<string>(StringComparer.Ordinal);
        var before = binding.Faults.Count;
        foreach (var member in members)
        {
            used.UnionWith(member.Names);
            BindMember(target, member, raw, path, binding);
        }

        foreach (var unknown in raw.Keys.Where(key => !used.Contains(key) && (known is null || key != "type")))
        {
            binding.Faults.Add(new PluginBindingFault(Join(path, unknown), Unrecognized(unknown, known)) { Kind = FaultKind.UnknownProperty });
        }

        if (target is ISelfChecking checking && binding.Faults.Count == before)
        {
            binding.Faults.AddRange(checking.Check().Select(fault => fault with { Path = fault.Path.Length == 0 ? path : Join(path, fault.Path) }));
        }

        return target;
    }

    public IReadOnlyList<PluginPropertyDescriptor> Describe()
    {
        var defaults = Activator.CreateInstance(type)!;
        return [.. members.Select(member => member.Describe(defaults))];
    }

    private static void BindMember(object target, PluginMember member, IReadOnlyDictionary<string, object?> raw, string path, RawBinding binding)
    {
        var name = member.Names.FirstOrDefault(candidate => raw.GetValueOrDefault(candidate) is not null);
        var at = Join(path, name ?? member.Name);
        var value = name is null ? null : raw[name];
        binding.Faults.AddRange(member.Constraints.Where(constraint => !constraint.IsSatisfied(value)).Select(constraint => new PluginBindingFault(at, constraint.Message)));
        if (value is not null && binding.Bind(value, member.Property.PropertyType, at) is { } bound)
        {
            member.Property.SetValue(target, bound);
        }
    }

    private string Unrecognized(string name, KnownClass? known) =>
        ShapeText.UnknownProperty(name, known?.Name ?? NameOf(type), [.. (known?.CommonProperties ?? []).Concat(members.Select(member => member.Name)).Distinct(StringComparer.Ordinal)]);

    private static string NameOf(Type type) => type.GetCustomAttribute<DefinitionNameAttribute>()?.Name ?? type.Name;

    private static string Join(string path, string name) => path.Length == 0 ? name : $"{path}.{name}";
}

/// <param name="Name">The plugin's type as messages name it.</param>
/// <param name="CommonProperties">Properties that every plugin of its kind has.</param>
internal sealed record KnownClass(string Name, IReadOnlyList<string> CommonProperties);
