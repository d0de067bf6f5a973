using System.Collections;
using System.Globalization;
using Kestra.Expressions;
using Kestra.Model.Durations;
using Kestra.Model.Flows;
using Kestra.Model.Flows.Reading;
using Kestra.Plugins.Description;
using NodaTime;

namespace Kestra.Plugins.Hosting;

/// <summary>Turns one raw value into what a property wants. The wanted type comes from the plugin's class, never from the data.</summary>
internal static class RawBinding
{
    public static object? Bind(object raw, Type wanted, string path, List<PluginBindingFault> faults)
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
            return raw is IReadOnlyDictionary<string, object?> map ? Definition(map, type, path, faults) : Fault(path, "must be a map", faults);
        }

        if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IReadOnlyList<>))
        {
            return List(raw, type.GetGenericArguments()[0], path, faults);
        }

        if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IReadOnlyDictionary<,>))
        {
            return Map(raw, type.GetGenericArguments()[1], path, faults);
        }

        return type is { IsClass: true, Namespace: not "System" }
            ? raw is IReadOnlyDictionary<string, object?> nested ? PluginShape.Of(type).Bind(nested, path, faults) : Fault(path, "must be a map", faults)
            : Scalar(raw, type, path, faults);
    }

    private static object Definition(IReadOnlyDictionary<string, object?> map, Type type, string path, List<PluginBindingFault> faults)
    {
        var found = new List<DefinitionFault>();
        object definition = type == typeof(TaskDefinition) ? DefinitionReader.ReadTask(map, path, found)
            : type == typeof(InputDefinition) ? DefinitionReader.ReadInput(map, path, found)
            : DefinitionReader.ReadCondition(map, path, found);
        faults.AddRange(found.Select(fault => new PluginBindingFault(fault.Path, fault.Message)));
        return definition;
    }

    private static object? List(object raw, Type item, string path, List<PluginBindingFault> faults)
    {
        if (raw is not IReadOnlyList<object?> source)
        {
            return Fault(path, "must be a list", faults);
        }

        var list = (IList)Activator.CreateInstance(typeof(List<>).MakeGenericType(item))!;
        for (var index = 0; index < source.Count; index++)
        {
            var at = string.Create(CultureInfo.InvariantCulture, $"{path}[{index}]");
            if (source[index] is { } value && Bind(value, item, at, faults) is { } bound)
            {
                list.Add(bound);
            }
            else if (source[index] is null)
            {
                faults.Add(new PluginBindingFault(at, "must not be null"));
            }
        }

        return list;
    }

    private static object? Map(object raw, Type item, string path, List<PluginBindingFault> faults)
    {
        if (raw is not IReadOnlyDictionary<string, object?> source)
        {
            return Fault(path, "must be a map", faults);
        }

        if (item == typeof(object))
        {
            return source;
        }

        var map = (IDictionary)Activator.CreateInstance(typeof(OrderedDictionary<,>).MakeGenericType(typeof(string), item))!;
        foreach (var (key, value) in source)
        {
            if (value is not null && Bind(value, item, $"{path}.{key}", faults) is { } bound)
            {
                map[key] = bound;
            }
        }

        return map;
    }

    private static object? Scalar(object raw, Type type, string path, List<PluginBindingFault> faults)
    {
        var text = ValueConversion.ToText(raw);
        if (type == typeof(bool))
        {
            return bool.TryParse(text, out var flag) ? flag : Fault(path, "must be true or false", faults);
        }

        if (type == typeof(int))
        {
            return int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : Fault(path, "must be a whole number", faults);
        }

        if (type == typeof(long))
        {
            return long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : Fault(path, "must be a whole number", faults);
        }

        if (type == typeof(double))
        {
            return double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : Fault(path, "must be a number", faults);
        }

        if (type == typeof(Duration))
        {
            return IsoDuration.TryParse(text, out var duration) ? duration : Fault(path, $"must be an ISO-8601 duration like PT10S, got '{text}'", faults);
        }

        return type.IsEnum && Enum.TryParse(type, text, out var member) && Enum.IsDefined(type, member!)
            ? member
            : Fault(path, type.IsEnum ? $"must be one of {string.Join(", ", Enum.GetNames(type))}, got '{text}'" : "has a value of the wrong kind", faults);
    }

    private static object? Fault(string path, string message, List<PluginBindingFault> faults)
    {
        faults.Add(new PluginBindingFault(path, message));
        return null;
    }
}
