using System.Text.Json;
using Kestra.Cli.CommandLine;
using Kestra.Cli.Flows;
using Kestra.Expressions;
using Kestra.Flows.Yaml;
using Kestra.Model.Json;

namespace Kestra.Cli.Expressions;

/// <summary><c>expression eval</c>: renders an expression away from any server, or one for each JSON line of the standard input.</summary>
internal sealed class ExpressionEvalCommand : KestraCommand
{
    private readonly Parameter<string> expression = Settings.Optional("expression", "The expression; without one, JSON lines {id, expression, context, typed, recursive} are read from the standard input.", "");
    private readonly Setting<string?> context = Settings.Text("JSON or YAML file of the variables.", "context", "--context");
    private readonly Setting<bool> typed = Settings.Flag("Print the value as JSON instead of as text.", "--typed");
    private readonly Setting<bool> recursive = Settings.Flag("Render the result again until it does not change any more.", "--recursive");

    public ExpressionEvalCommand()
        : base("eval", "Render an expression")
    {
        Add(expression);
        Add(context);
        Add(typed);
        Add(recursive);
    }

    public override async Task<int> RunAsync(Invocation invocation)
    {
        var engine = new ExpressionEngine(new ExpressionOptions { Time = invocation.Host.Time });
        if (invocation.Parsed.GetResult(expression) is not { Tokens.Count: > 0 })
        {
            return await RunLinesAsync(invocation, engine);
        }

        var variables = invocation.Get(context) is { } file ? await ReadAsync(invocation, file) : new OrderedDictionary<string, object?>();
        try
        {
            var scope = new RenderContext(variables, new DetachedHost(variables), invocation.CancellationToken);
            var result = ExpressionEvaluation.Evaluate(invocation.Get(expression), invocation.Get(typed), invocation.Get(recursive), engine, scope);
            invocation.Terminal.Line(invocation.Get(typed) ? ValueJson.WriteWithNulls(result) : ValueConversion.ToText(result));
            return ExitCode.Success;
        }
        catch (ExpressionException error)
        {
            throw new CommandFailureException(error.Message, error);
        }
    }

    private async Task<int> RunLinesAsync(Invocation invocation, ExpressionEngine engine)
    {
        if (invocation.Get(context) is not null || invocation.Get(typed) || invocation.Get(recursive))
        {
            throw new CommandFailureException("--context, --typed and --recursive go with an expression among the arguments. A JSON line holds its own: {\"id\": 1, \"expression\": \"{{ x }}\", \"context\": {\"x\": 1}, \"typed\": true}");
        }

        return await ExpressionEvaluation.RunLinesAsync(invocation.Terminal.Input, invocation.Terminal.Output, engine, host: null, invocation.CancellationToken) > 0
            ? ExitCode.Success
            : throw new CommandFailureException("There is nothing to evaluate: give an expression, or JSON lines {id, expression, context, typed, recursive} on the standard input.");
    }

    private static async Task<IReadOnlyDictionary<string, object?>> ReadAsync(Invocation invocation, string file)
    {
        var path = invocation.Host.FullPath(file);
        if (!File.Exists(path))
        {
            throw new CommandFailureException($"There is no file '{path}' to take the variables from.");
        }

        var text = await FlowFiles.ReadAsync(path, invocation.CancellationToken);
        try
        {
            return (Path.GetExtension(path) is ".yml" or ".yaml" ? YamlDocument.Parse(text).Root : Json(text)) as IReadOnlyDictionary<string, object?>
                ?? throw new CommandFailureException($"'{path}' must hold a map of variables.");
        }
        catch (Exception error) when (error is JsonException or YamlException)
        {
            throw new CommandFailureException($"'{path}' cannot be read: {error.Message}", error);
        }
    }

    private static object? Json(string text)
    {
        using var document = JsonDocument.Parse(text, ModelJson.DocumentOptions);
        return ModelJson.ReadValue(document.RootElement);
    }
}
