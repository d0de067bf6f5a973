using System.Globalization;
using Kestra.Expressions;
using Kestra.Model.Flows;
using Kestra.Model.Flows.Reading;

namespace Kestra.Flows.Validation;

/// <summary>Defaults of FILE inputs: a file of the namespace or an allowed local file, or an expression that gives one without any variables (§2.3 of the model).</summary>
internal static class FileDefaults
{
    private static readonly ExpressionEngine Expressions = new();

    public static void Check(IReadOnlyList<InputDefinition>? inputs, IReadOnlyDictionary<string, object?> raw, List<DefinitionFault> faults)
    {
        var places = (raw.GetValueOrDefault("inputs") as IReadOnlyList<object?> ?? []).Index().ToList();
        foreach (var input in (inputs ?? []).Where(input => input is { Type: InputType.FILE, Defaults: not null }))
        {
            if (Problem(input.Defaults!) is { } problem)
            {
                var index = places.FindIndex(item => item.Item is IReadOnlyDictionary<string, object?> map && JavaEquals(map.GetValueOrDefault("id") ?? map.GetValueOrDefault("name"), input.Id));
                faults.Add(new DefinitionFault(string.Create(CultureInfo.InvariantCulture, $"inputs[{Math.Max(index, 0)}]"), problem, Shown: input.Id));
            }
        }
    }

    private static bool JavaEquals(object? written, string id) => written is not null && Model.Json.JavaText.Of(written) == id;

    private static string? Problem(string defaults)
    {
        string address;
        try
        {
            address = Expressions.Render(defaults, new RenderContext(new OrderedDictionary<string, object?>()));
        }
        catch (Exception error) when (error is ExpressionException or NotSupportedException or InvalidOperationException)
        {
            return "inputs of type 'FILE' only support `defaults` with expression that can be rendered immediately";
        }

        return address.StartsWith("nsfile:///", StringComparison.Ordinal) || address.StartsWith("file:///", StringComparison.Ordinal)
            ? null
            : "inputs of type 'FILE' only support `defaults` as local files using a file URI or as namespace files using a nsfile URI";
    }
}
