using System.Collections.Concurrent;
using System.Reflection;
using Kestra.Plugins.Description;

namespace Kestra.Plugins.Hosting;

/// <summary>The properties of a class as flows write them, and how raw values get into them.</summary>
internal sealed class PluginShape
{
    private static readonly ConcurrentDictionary<Type, PluginShape> Shapes = new();

    private readonly Type type;
    private readonly List<Member> members;

    private PluginShape(Type type)
    {
        this.type = type;
        members = [.. type.GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(property => property.SetMethod is { IsPublic: true }).Select(property => new Member(property))];
    }

    public static PluginShape Of(Type type) => Shapes.GetOrAdd(type, static type => new PluginShape(type));

    public object Bind(IReadOnlyDictionary<string, object?> raw, string path, List<PluginBindingFault> faults)
    {
        var target = Activator.CreateInstance(type)!;
        var used = new HashSet<string>(StringComparer.Ordinal);
        foreach (var member in members)
        {
            var name = member.Names.FirstOrDefault(candidate => raw.GetValueOrDefault(candidate) is not null);
            used.UnionWith(member.Names);
            var at = Join(path, name ?? member.Name);
            if (name is null)
            {
                if (member.Facts.Required)
                {
                    faults.Add(new PluginBindingFault(at, "must not be null"));
                }
            }
            else if (RawBinding.Bind(raw[name]!, member.Property.PropertyType, at, faults) is { } value)
            {
                member.Property.SetValue(target, value);
            }
        }

        foreach (var unknown in raw.Keys.Where(key => !used.Contains(key) && key != "type"))
        {
            faults.Add(new PluginBindingFault(Join(path, unknown), $"Unrecognized field \"{unknown}\""));
        }

        return target;
    }

    public IReadOnlyList<PluginPropertyDescriptor> Describe()
    {
        var defaults = Activator.CreateInstance(type)!;
        return [.. members.Select(member => new PluginPropertyDescriptor
        {
            Name = member.Name,
            ClrType = member.Inner,
            Dynamic = member.IsDynamic,
            Required = member.Facts.Required,
            Deprecated = member.Facts.Deprecated,
            Default = member.IsDynamic ? (member.Property.GetValue(defaults) is { } property ? property.GetType().GetProperty("Raw")!.GetValue(property) : null) : member.Property.GetValue(defaults),
            Aliases = member.Facts.Aliases,
        })];
    }

    private static string Join(string path, string name) => path.Length == 0 ? name : $"{path}.{name}";

    private sealed class Member
    {
        public Member(PropertyInfo property)
        {
            Property = property;
            Facts = property.GetCustomAttribute<PluginPropertyAttribute>() ?? new PluginPropertyAttribute();
            Name = Facts.Name ?? char.ToLowerInvariant(property.Name[0]) + property.Name[1..];
            Names = [Name, .. Facts.Aliases];
            IsDynamic = property.PropertyType.IsGenericType && property.PropertyType.GetGenericTypeDefinition() == typeof(Property<>);
            Inner = IsDynamic ? property.PropertyType.GetGenericArguments()[0] : property.PropertyType;
        }

        public PropertyInfo Property { get; }
        public PluginPropertyAttribute Facts { get; }
        public string Name { get; }
        public IReadOnlyList<string> Names { get; }
        public bool IsDynamic { get; }
        public Type Inner { get; }
    }
}
