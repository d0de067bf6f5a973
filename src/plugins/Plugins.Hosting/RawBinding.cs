using System.Collections;
using System.Globalization;
using Kestra.Expressions;
using Kestra.Model.Durations;
using Kestra.Model.Flows;
using Kestra.Model.Flows.Reading;
using Kestra.Plugins.Description;
using Kestra.Plugins.Runners;
using Kestra.Plugins.Triggers;
using NodaTime;

namespace Kestra.Plugins.Hosting;

/// <summary>Turns one raw value into what a property wants. The wanted type comes from the plugin's class, never from the data.</summary>
/// <param name="catalog">Where plugins inside plugins come from, such as conditions of a condition.</param>
internal sealed class RawBinding(IPluginCatalog catalog)
{
    public List<PluginBindingFault> Faults { get; } = [];

    public object? Bind(object raw, Type wanted, string path)
    {
        var type = Nullable.GetUnderlyingType(wanted) ?? wanted;
        if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(Property<>))
        {
            return typeof(Property).GetMethod(nameof(Property.Of))!.MakeGenericMethod(type.GetGenericArguments()).Invoke(null, [raw]);
        }

        if (type == typeof(object))
        {
            return raw;
        }

        if (type == typeof(string))
        {
            return raw is string text ? text : raw is IReadOnlyDictionary<string, object?> or IReadOnlyList<object?> ? ValueJson.Write(raw) : ValueConversion.ToText(raw);
        }

        if (type == typeof(TaskDefinition) || type == typeof(InputDefinition) || type == typeof(ConditionDefinition))
        {
            return raw is IReadOnlyDictionary<string, object?> map ? Definition(map, type, path) : Fault(path, ShapeText.NoObject(ShapeNames.Of(type), raw));
        }

        if (type == typeof(ICondition) || type == typeof(ITaskRunner))
        {
            return raw is IReadOnlyDictionary<string, object?> map ? Plugin(map, type, path) : Fault(path, ShapeText.NoObject(ShapeNames.Of(type), raw));
        }

        if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IReadOnlyList<>))
        {
            return List(raw, type.GetGenericArguments()[0], path);
        }

        if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IReadOnlyDictionary<,>))
        {
            return Map(raw, type.GetGenericArguments()[1], path);
        }

        return type is { IsClass: true, Namespace: not "System" }
            ? raw is IReadOnlyDictionary<string, object?> nested ? PluginShape.Of(type).Bind(nested, path, this) : Fault(path, ShapeText.NoObject(ShapeNames.Of(type), raw))
            : Scalar(raw, type, path);
    }

    private object? Plugin(IReadOnlyDictionary<string, object?> map, Type wanted, string path)
    {
        if (map.GetValueOrDefault("type") is not string name)
        {
            return Fault(path, ShapeText.UnknownType("<null>"), FaultKind.UnknownType);
        }

        if (catalog.Find(name) is not { } plugin || !wanted.IsAssignableFrom(plugin.ClrType))
        {
            return Fault(path, ShapeText.UnknownType(name), FaultKind.UnknownType);
        }

        return PluginShape.Of(plugin.ClrType).Bind(map, path, this, new KnownClass(plugin.Type, ["type"]));
    }

    private object Definition(IReadOnlyDictionary<string, object?> map, Type type, string path)
    {
        var found = new List<DefinitionFault>();
        object definition = type == typeof(TaskDefinition) ? DefinitionReader.ReadTask(map, path, found)
            : type == typeof(InputDefinition) ? DefinitionReader.ReadInput(map, path, found)
            : DefinitionReader.ReadCondition(map, path, found);
        Faults.AddRange(found.Select(fault => new PluginBindingFault(fault.Path, fault.Message) { Kind = fault.Kind }));
        return definition;
    }

    private object? List(object raw, Type item, string path)
    {
        if (raw is not IReadOnlyList<object?> source)
        {
            return Fault(path, ShapeText.WrongKind(ShapeText.ListOf(ShapeNames.Of(item)), raw));
        }

        var list = (IList)Activator.CreateInstance(typeof(List<>).MakeGenericType(item))!;
        for (var index = 0; index < source.Count; index++)
        {
            var at = string.Create(CultureInfo.InvariantCulture, $"{path}[{index}]");
            if (source[index] is { } value && Bind(value, item, at) is { } bound)
            {
                list.Add(bound);
            }
            else if (source[index] is null)
            {
                Faults.Add(new PluginBindingFault(at, "must not be null"));
            }
        }

        return list;
    }

    private object? Map(object raw, Type item, string path)
    {
        if (raw is not IReadOnlyDictionary<string, object?> source)
        {
            return Fault(path, ShapeText.WrongKind($"java.util.LinkedHashMap<java.lang.String,{ShapeNames.Of(item)}>", raw));
        }

        if (item == typeof(object))
        {
            return source;
        }

        var map = (IDictionary)Activator.CreateInstance(typeof(OrderedDictionary<,>).MakeGenericType(typeof(string), item))!;
        foreach (var (key, value) in source)
        {
            if (value is not null && Bind(value, item, $"{path}.{key}") is { } bound)
            {
                map[key] = bound;
            }
        }

        return map;
    }

    private object? Scalar(object raw, Type type, string path)
    {
        if (raw is IReadOnlyDictionary<string, object?> or IReadOnlyList<object?>)
        {
            return Fault(path, ShapeText.WrongKind(ShapeNames.Of(type), raw));
        }

        var text = ValueConversion.ToText(raw);
        if (type == typeof(bool))
        {
            return bool.TryParse(text, out var flag) ? flag : Fault(path, ShapeText.WrongBoolean(ShapeNames.Of(type), text));
        }

        if (type == typeof(int))
        {
            return int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : Fault(path, ShapeText.WrongNumber(ShapeNames.Of(type), text));
        }

        if (type == typeof(long))
        {
            return long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : Fault(path, ShapeText.WrongNumber(ShapeNames.Of(type), text));
        }

        if (type == typeof(double))
        {
            return double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : Fault(path, ShapeText.WrongNumber(ShapeNames.Of(type), text));
        }

        if (type == typeof(Duration))
        {
            return IsoDuration.TryParse(text, out var duration) ? duration : Fault(path, ShapeText.WrongTime(ShapeNames.Of(type), text, "Text cannot be parsed to a Duration"));
        }

        if (type == typeof(LocalTime))
        {
            return TemporalParsers.Time.Parse(text, out var reason) is { } time ? time : Fault(path, ShapeText.WrongTime(ShapeNames.Of(type), text, reason));
        }

        return type.IsEnum && Enum.TryParse(type, text, out var member) && Enum.IsDefined(type, member!)
            ? member
            : Fault(path, type.IsEnum ? ShapeText.UnknownConstant(ShapeNames.Of(type), text, Enum.GetNames(type)) : ShapeText.WrongKind(ShapeNames.Of(type), raw));
    }

    private object? Fault(string path, string message, FaultKind kind = FaultKind.Shape)
    {
        Faults.Add(new PluginBindingFault(path, message) { Kind = kind });
        return null;
    }
}
