using System.Globalization;
using Kestra.Model.Json;

namespace Kestra.Model.Flows.Reading;

/// <summary>Labels as a list of <c>{key, value}</c> or as a map (§1.5 of the model). Order and repetitions are kept.</summary>
public static class LabelReader
{
    /// <param name="at">Where the labels stand.</param>
    public static IReadOnlyList<Label>? Read(object? raw, FaultPlace at, ICollection<DefinitionFault> faults)
    {
        switch (raw)
        {
            case null:
                return null;
            case IReadOnlyDictionary<string, object?> map:
                return [.. map.Select(pair => new Label(pair.Key, Scalar(pair.Key, pair.Value, at, faults)))];
            case IReadOnlyList<object?> list:
                return [.. list.Select(item => Pair(item, at, faults))];
            default:
                faults.Add(at.Fault("Unable to deserialize value as it's neither an object neither an array", FaultKind.Cast));
                return null;
        }
    }

    /// <summary>Labels in a list that begin with <c>system.</c>, which only the server may set.</summary>
    public static void RefuseSystem(IReadOnlyList<Label>? labels, string path, ICollection<DefinitionFault> faults)
    {
        for (var index = 0; index < (labels?.Count ?? 0); index++)
        {
            var label = labels![index];
            if (label.IsSystem)
            {
                faults.Add(new DefinitionFault(
                    string.Create(CultureInfo.InvariantCulture, $"{path}[{index}].<list element>"),
                    $"System labels can only be set by Kestra itself, offending label: {label.Key}={label.Value}."));
            }
        }
    }

    /// <summary>Labels need a key and a value.</summary>
    public static void RefuseEmpty(IReadOnlyList<Label>? labels, string path, ICollection<DefinitionFault> faults)
    {
        for (var index = 0; index < (labels?.Count ?? 0); index++)
        {
            var at = string.Create(CultureInfo.InvariantCulture, $"{path}[{index}]");
            if (labels![index].Key.Length == 0)
            {
                faults.Add(new DefinitionFault($"{at}.key", "must not be empty"));
            }

            if (labels[index].Value.Length == 0)
            {
                faults.Add(new DefinitionFault($"{at}.value", "must not be empty"));
            }
        }
    }

    private static string Scalar(string key, object? value, FaultPlace at, ICollection<DefinitionFault> faults)
    {
        if (value is IReadOnlyDictionary<string, object?> or IReadOnlyList<object?>)
        {
            faults.Add((at with { Path = $"{at.Path}.{key}" }).Fault($"Unsupported type for key: {key}, value: {JavaText.Of(value)}", FaultKind.Cast));
            return "";
        }

        return value is null ? "" : RawMap.TextOf(value);
    }

    private static Label Pair(object? item, FaultPlace at, ICollection<DefinitionFault> faults)
    {
        if (item is not IReadOnlyDictionary<string, object?> map)
        {
            var name = item is null ? "null" : ShapeText.ClassOf(item);
            faults.Add(at.Fault($"class {name} cannot be cast to class java.util.Map ({name} and java.util.Map are in module java.base of loader 'bootstrap')", FaultKind.Cast));
            return new Label("", "");
        }

        return new Label(Text(map.GetValueOrDefault("key"), at, faults), Text(map.GetValueOrDefault("value"), at, faults));
    }

    private static string Text(object? value, FaultPlace at, ICollection<DefinitionFault> faults)
    {
        if (value is not null and not string)
        {
            faults.Add(at.Fault(ShapeText.NoText(value), FaultKind.Cast));
        }

        return value as string ?? "";
    }
}
