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
using NodaTime.Text;

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
            return raw is IReadOnlyDictionary<string, object?> map ? Definition(map, type, path) : Fault(path, "must be a map");
        }

        if (type == typeof(ICondition) || type == typeof(ITaskRunner))
        {
            return raw is IReadOnlyDictionary<string, object?> map ? Plugin(map, type, path) : Fault(path, "must be a map");
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
            ? raw is IReadOnlyDictionary<string, object?> nested ? PluginShape.Of(type).Bind(nested, path, this) : Fault(path, "must be a map")
            : Scalar(raw, type, path);
    }

    private object? Plugin(IReadOnlyDictionary<string, object?> map, Type wanted, string path)
    {
        if (map.GetValueOrDefault("type") is not string name)
        {
            return Fault($"{path}.type", "must not be null");
        }

        if (catalog.Find(name) is not { } plugin || !wanted.IsAssignableFrom(plugin.ClrType))
        {
            return Fault($"{path}.type", $"Invalid type: {name}");
        }

        return PluginShape.Of(plugin.ClrType).Bind(map, path, this, new KnownClass(plugin.Type, ["type"]));
    }

    private object Definition(IReadOnlyDictionary<string, object?> map, Type type, string path)
    {
        var found = new List<DefinitionFault>();
        object definition = type == typeof(TaskDefinition) ? DefinitionReader.ReadTask(map, path, found)
            : type == typeof(InputDefinition) ? DefinitionReader.ReadInput(map, path, found)
            : DefinitionReader.ReadCondition(map, path, found);
        Faults.AddRange(found.Select(fault => new PluginBindingFault(fault.Path, fault.Message)));
        return definition;
    }

    private object? List(object raw, Type item, string path)
    {
        if (raw is not IReadOnlyList<object?> source)
        {
            return Fault(path, "must be a list");
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
            return Fault(path, "must be a map");
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
        var text = ValueConversion.ToText(raw);
        if (type == typeof(bool))
        {
            return bool.TryParse(text, out var flag) ? flag : Fault(path, "must be true or false");
        }

        if (type == typeof(int))
        {
            return int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : Fault(path, "must be a whole number");
        }

        if (type == typeof(long))
        {
            return long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : Fault(path, "must be a whole number");
        }

        if (type == typeof(double))
        {
            return double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : Fault(path, "must be a number");
        }

        if (type == typeof(Duration))
        {
            return IsoDuration.TryParse(text, out var duration) ? duration : Fault(path, $"must be an ISO-8601 duration like PT10S, got '{text}'");
        }

        if (type == typeof(LocalTime))
        {
            return ReadTime(text) is { } time ? time : Fault(path, $"must be a time of day like 08:30:00, got '{text}'");
        }

        return type.IsEnum && Enum.TryParse(type, text, out var member) && Enum.IsDefined(type, member!)
            ? member
            : Fault(path, type.IsEnum ? $"must be one of {string.Join(", ", Enum.GetNames(type))}, got '{text}'" : "has a value of the wrong kind");
    }

    private static LocalTime? ReadTime(string text) =>
        LocalTimePattern.ExtendedIso.Parse(text) is { Success: true, Value: var time } ? time
            : LocalTimePattern.HourMinuteIso.Parse(text) is { Success: true, Value: var shorter } ? shorter : null;

    private object? Fault(string path, string message)
    {
        Faults.Add(new PluginBindingFault(path, message));
        return null;
    }
}
