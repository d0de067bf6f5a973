using Kestra.Expressions.Compilation;
using Kestra.Expressions.Values;

namespace Kestra.Expressions.Functions;

/// <summary>Functions that the host answers.</summary>
internal static class OutsideFunctions
{
    private const string LogEntryClass = "io.kestra.core.models.executions.LogEntry";

    public static IEnumerable<(string Name, Function Function)> All { get; } =
    [
        ("kv", new Function(["key", "namespace", "errorOnMissing"], KeyValue, IsOutside: true)),
        ("secret", new Function(["key", "namespace", "subkey"], Secret, IsOutside: true)),
        ("read", File("read", static (host, path, space) => host.ReadFile(path, space))),
        ("fileSize", File("fileSize", static (host, path, space) => host.FileSize(path, space))),
        ("fileExists", File("fileExists", static (host, path, space) => host.FileExists(path, space))),
        ("isFileEmpty", File("isFileEmpty", static (host, path, space) => host.FileSize(path, space) == 0)),
        ("errorLogs", new Function([], ErrorLogs, IsOutside: true)),
        ("http", new Function(["uri", "method", "query", "body", "contentType", "headers", "options", "accept"], Http, IsOutside: true)),
    ];

    // Whatever the outside says is said at the place of the call.
    private static T Ask<T>(Arguments arguments, Func<IExpressionHost, T> question)
    {
        var context = arguments.Frame.Context;
        context.CancellationToken.ThrowIfCancellationRequested();
        var host = context.Host ?? throw new EvaluationException("The function can't be used here: the expression is evaluated without access to the outside.");
        try
        {
            return question(host);
        }
        catch (Exception error) when (error is not (OperationCanceledException or ExpressionLimitException))
        {
            throw new EvaluationException(error.Message, error);
        }
    }

    private static string? Text(Arguments arguments, string name) => arguments[name] switch
    {
        null => null,
        string text => text,
        SafeString safe => safe.Text,
        var other => throw new ConversionException($"class {ClassNames.Of(other)} cannot be cast to class java.lang.String"),
    };

    private static IReadOnlyDictionary<string, object?>? Map(Arguments arguments, string name) => arguments[name] switch
    {
        null => null,
        IReadOnlyDictionary<string, object?> map => (IReadOnlyDictionary<string, object?>)ValueExport.Of(map)!,
        var other => throw new ConversionException($"class {ClassNames.Of(other)} cannot be cast to class java.util.Map"),
    };

    private static object? KeyValue(Arguments arguments)
    {
        var key = Text(arguments, "key") ?? throw new EvaluationException("The 'kv' function expects an argument 'key'.");
        var (space, errorOnMissing) = (Text(arguments, "namespace"), arguments["errorOnMissing"] is not false);
        return Ask(arguments, host => host.KeyValue(key, space, errorOnMissing));
    }

    private static string Secret(Arguments arguments)
    {
        var key = Text(arguments, "key") ?? throw new EvaluationException("The 'secret' function expects an argument 'key'.");
        var (space, subkey) = (Text(arguments, "namespace"), Text(arguments, "subkey"));
        return Ask(arguments, host => host.Secret(key, space, subkey));
    }

    private static Function File(string name, Func<IExpressionHost, string, string?, object> use) => new(["path", "namespace"], arguments =>
    {
        if (!arguments.Has("path"))
        {
            var what = name is "read" or "isFileEmpty" ? "a path to a namespace file or an internal storage URI" : "a path to the internal storage URI";
            throw new EvaluationException($"The '{name}' function expects an argument 'path' that is {what}.");
        }

        var path = arguments["path"] as string ?? throw new EvaluationException($"Unable to read the file {ValueText.Java(arguments["path"])}");
        var space = Text(arguments, "namespace");
        return Ask(arguments, host => use(host, path, space));
    }, IsOutside: true);

    private static List<object?> ErrorLogs(Arguments arguments) =>
        [.. Ask(arguments, static host => host.ErrorLogs()).Select(static entry => entry is IReadOnlyDictionary<string, object?> map ? new BeanValue(LogEntryClass, map) : entry)];

    private static object? Http(Arguments arguments)
    {
        var uri = arguments["uri"] is { } given ? ValueText.Java(given) : throw new EvaluationException("The 'http' function expects an argument 'uri'.");
        var request = new ExpressionHttpRequest(
            uri,
            Text(arguments, "method") ?? "GET",
            Map(arguments, "query"),
            ValueExport.Of(arguments["body"]),
            Text(arguments, "contentType") ?? "application/json",
            Map(arguments, "headers"),
            Map(arguments, "options"),
            Text(arguments, "accept") ?? "application/json");
        return Ask(arguments, host => host.Http(request));
    }
}
