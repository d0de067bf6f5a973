using Kestra.Jq.Runtime;
using Kestra.Jq.Values;

namespace Kestra.Jq.Functions;

/// <summary>Functions on times. The local zone is UTC: a result must not depend on the machine.</summary>
internal static class DateFunctions
{
    private const string Iso = "%Y-%m-%dT%H:%M:%SZ";

    public static IReadOnlyList<Function> All { get; } =
    [
        Make.Unary("todateiso8601", (_, input) => Write(input, Iso, "strftime/1")),
        Make.Unary("fromdateiso8601", (execution, input) => FromIso(execution, input)),
        Make.Unary("gmtime", (_, input) => BrokenDown(input, "gmtime()"), onlyInJq: true),
        Make.Unary("localtime", (_, input) => BrokenDown(input, "localtime()"), onlyInJq: true),
        Make.Unary("mktime", (_, input) => ToSeconds(input), onlyInJq: true),
        Make.Of("strftime", 1, (_, input, arguments) => Write(input, arguments[0], "strftime/1"), onlyInJq: true),
        Make.Of("strflocaltime", 1, (_, input, arguments) => Write(input, arguments[0], "strflocaltime/1"), onlyInJq: true),
        Make.Of("strptime", 1, (execution, input, arguments) => Read(execution, input, arguments[0]).ToValue(), onlyInJq: true),
    ];

    private static List<object?> BrokenDown(object? input, string function) => ValueKinds.IsNumber(input)
        ? BrokenDownTime.FromSeconds(Numbers.ToDouble(input)).ToValue()
        : throw JqException.Runtime($"{function} requires numeric inputs");

    private static object ToSeconds(object? input) => ValueKinds.Of(input) == ValueKind.Array
        ? Numbers.Whole(BrokenDownTime.FromValue(input, "mktime").ToSeconds())
        : throw JqException.Runtime("mktime requires array inputs");

    private static string Write(object? input, object? format, string function)
    {
        var time = ValueKinds.IsNumber(input)
            ? BrokenDownTime.FromSeconds(Numbers.ToDouble(input))
            : BrokenDownTime.FromValue(input, function);
        return DateFormat.Write(time, format as string ?? throw JqException.Runtime($"{function} requires a string format"));
    }

    private static BrokenDownTime Read(Execution execution, object? input, object? format)
    {
        if (input is not string text || format is not string form)
        {
            throw JqException.Runtime("strptime/1 requires string inputs and arguments");
        }

        execution.ChargeText((long)text.Length + form.Length);
        return DateFormat.Read(text, form) ?? throw JqException.Runtime($"date \"{text}\" does not match format \"{form}\"");
    }

    private static object FromIso(Execution execution, object? input) => Numbers.Whole(Read(execution, input, Iso).ToSeconds());
}
