using Kestra.Expressions;
using Kestra.Model.Flows;
using Kestra.Model.Flows.Reading;
using Kestra.Model.Json;

namespace Kestra.Flows.Inputs;

/// <summary>What became of one input.</summary>
/// <param name="Enabled">False when its dependencies or its condition leave it out.</param>
/// <param name="Error">For the user; null when the value is good.</param>
public sealed record ResolvedInput(InputDefinition Input, object? Value, bool Enabled, bool IsDefault, string? Error);

/// <summary>The inputs can't be used; the message is that of the first bad one.</summary>
public sealed class InputResolutionException(IReadOnlyList<ResolvedInput> faulty) : Exception(faulty[0].Error)
{
    public IReadOnlyList<ResolvedInput> Faulty { get; } = faulty;
}

/// <summary>Resolves what was submitted against the inputs of a flow (§2.4 of the model).</summary>
/// <param name="storeFile">Stores a local file or upload as the value of a FILE input and gives its address.</param>
/// <param name="encrypt">Encrypts a SECRET; null when encryption is not configured.</param>
public sealed class InputResolver(ExpressionEngine expressions, Func<InputDefinition, string, CancellationToken, Task<string>>? storeFile = null, Func<string, object>? encrypt = null)
{
    /// <summary>Every input with what became of it, in the order of declaration.</summary>
    public async Task<IReadOnlyList<ResolvedInput>> ResolveAsync(IReadOnlyList<InputDefinition> inputs, IReadOnlyDictionary<string, object?> submitted, IReadOnlyDictionary<string, object?> variables, IExpressionHost? host, CancellationToken cancellationToken)
    {
        var resolution = new Resolution(inputs, submitted, variables, host);
        foreach (var input in inputs)
        {
            await ResolveAsync(input, resolution, cancellationToken);
        }

        return [.. inputs.Select(input => resolution.Done[input.Id])];
    }

    /// <summary>The values as the execution keeps them: ids with dots are nested, top-level keys sorted.</summary>
    /// <exception cref="InputResolutionException">An enabled input is missing or wrong.</exception>
    public static IReadOnlyDictionary<string, object?>? Values(IReadOnlyList<ResolvedInput> resolved)
    {
        var faulty = resolved.Where(input => input is { Enabled: true, Error: not null }).ToList();
        if (faulty.Count > 0)
        {
            throw new InputResolutionException(faulty);
        }

        if (resolved.Count == 0)
        {
            return null;
        }

        var values = new SortedDictionary<string, object?>(StringComparer.Ordinal);
        foreach (var input in resolved.Where(input => input.Enabled))
        {
            PutNested(values, input.Input.Id.Split('.'), input.Value);
        }

        return new OrderedDictionary<string, object?>(values);
    }

    private async Task<ResolvedInput> ResolveAsync(InputDefinition input, Resolution resolution, CancellationToken cancellationToken)
    {
        if (resolution.Done.TryGetValue(input.Id, out var done))
        {
            return done;
        }

        resolution.Done[input.Id] = new ResolvedInput(input, null, false, false, null);
        var resolved = await ResolveNewAsync(input, resolution, cancellationToken);
        resolution.Done[input.Id] = resolved;
        return resolved;
    }

    private async Task<ResolvedInput> ResolveNewAsync(InputDefinition input, Resolution resolution, CancellationToken cancellationToken)
    {
        var dependencies = new OrderedDictionary<string, object?>(StringComparer.Ordinal);
        foreach (var name in input.DependsOn?.Inputs ?? [])
        {
            if (name == input.Id || resolution.Find(name) is not { } other)
            {
                continue;
            }

            var dependency = await ResolveAsync(other, resolution, cancellationToken);
            if (!dependency.Enabled)
            {
                return new ResolvedInput(input, null, false, false, null);
            }

            Put(dependencies, name, dependency.Value);
        }

        if (input.DependsOn?.Condition is { } condition)
        {
            var (enabled, error) = Holds(condition, resolution.Scope(dependencies, cancellationToken), input);
            if (!enabled)
            {
                return new ResolvedInput(input, null, false, false, error);
            }
        }

        return await ValueAsync(input, resolution, dependencies, cancellationToken);
    }

    private (bool Enabled, string? Error) Holds(string condition, RenderContext scope, InputDefinition input)
    {
        try
        {
            return (expressions.RenderTyped(condition, scope) is true, null);
        }
        catch (ExpressionException error)
        {
            return (false, $"{input.Id}: Invalid condition: {error.Message}");
        }
    }

    private async Task<ResolvedInput> ValueAsync(InputDefinition input, Resolution resolution, OrderedDictionary<string, object?> dependencies, CancellationToken cancellationToken)
    {
        var (allowed, fault) = Allowed(input, resolution.Scope(dependencies, cancellationToken));
        if (fault is not null)
        {
            return new ResolvedInput(input, null, true, false, $"{input.Id}: {fault}");
        }

        var isDefault = false;
        var value = resolution.Submitted.GetValueOrDefault(input.Id);
        try
        {
            if (value is null)
            {
                value = Default(input, allowed, resolution.Scope(resolution.Known(), cancellationToken));
                isDefault = value is not null;
            }
        }
        catch (ExpressionException error)
        {
            return Invalid(input, null, false, $"io.kestra.core.exceptions.IllegalVariableEvaluationException: {error.Message}");
        }

        if (value is null)
        {
            return input.Required ? Invalid(input, null, false, "missing required input") : new ResolvedInput(input, null, true, false, null);
        }

        try
        {
            return new ResolvedInput(input, await ParsedAsync(input, value, allowed, cancellationToken), true, isDefault, null);
        }
        catch (InvalidInputException error)
        {
            return error.HidesValue ? Invalid(input, null, isDefault, error.Message, "******") : Invalid(input, value, isDefault, error.Message);
        }
    }

    private static ResolvedInput Invalid(InputDefinition input, object? value, bool isDefault, string message, string? shown = null) =>
        new(input, value, true, isDefault, $"{input.Id}: Invalid input for `{input.Id}`, {message}, but received `{shown ?? JavaText.Of(value)}`");

    private object? Default(InputDefinition input, IReadOnlyList<string>? allowed, RenderContext scope) =>
        input.Defaults is { } defaults ? expressions.Render(defaults, scope)
        : !input.AutoSelectFirst || allowed is not { Count: > 0 } ? null
        : input.Type == InputType.MULTISELECT ? new List<object?> { allowed[0] } : allowed[0];

    private async Task<object?> ParsedAsync(InputDefinition input, object value, IReadOnlyList<string>? allowed, CancellationToken cancellationToken)
    {
        if (input.Type == InputType.FILE)
        {
            var address = InputValues.Text(value);
            return IsStored(address) || storeFile is null ? address : await storeFile(input, address, cancellationToken);
        }

        if (InputValues.Parse(input.Type, value, input.ItemType) is not { } parsed)
        {
            return null;
        }

        // The clear text is tested, not what is stored.
        InputBounds.Check(input, parsed, allowed);
        return input.Type == InputType.SECRET && parsed is string { Length: > 0 } secret ? Encrypted(secret) : parsed;
    }

    private object Encrypted(string secret) => encrypt is not null
        ? encrypt(secret)
        : throw new InvalidInputException("java.lang.Exception: Expected `SECRET` but received `******` with errors:\n```\nUnable to use a `SECRET` input/output as encryption is not configured\n```") { HidesValue = true };

    private static bool IsStored(string address) => address.StartsWith("kestra://", StringComparison.Ordinal) || address.StartsWith("nsfile://", StringComparison.Ordinal) || address.StartsWith("file://", StringComparison.Ordinal);

    // Evaluated whether or not a value is there, so that a broken expression is never silent.
    private (IReadOnlyList<string>? Allowed, string? Fault) Allowed(InputDefinition input, RenderContext scope)
    {
        if (input.Expression is not { } expression)
        {
            return (input.Values ?? input.Options, null);
        }

        object? result;
        try
        {
            result = expressions.RenderTyped(expression.Trim(), scope);
        }
        catch (ExpressionException error)
        {
            return (null, $"Cannot render 'expression'. Cause: {error.Message}");
        }

        return result is IReadOnlyList<object?> list
            ? ([.. list.Where(item => item is not null).Select(item => JavaText.Of(item))], null)
            : (null, $"Invalid expression result. Expected a list of strings, but received {SimpleName(result)}");
    }

    private static string SimpleName(object? value) => value is null ? "<null>" : ShapeText.ClassOf(value) is var name ? name[(name.LastIndexOf('.') + 1)..] : "";

    // Expressions find a value with dots in its id nested, and under the id itself.
    private static void Put(OrderedDictionary<string, object?> values, string id, object? value)
    {
        PutNested(values, id.Split('.'), value);
        values[id] = value;
    }

    private static void PutNested(IDictionary<string, object?> values, ReadOnlySpan<string> path, object? value)
    {
        var map = values;
        for (var index = 0; index < path.Length - 1; index++)
        {
            if (map.TryGetValue(path[index], out var below) && below is IDictionary<string, object?> inner)
            {
                map = inner;
            }
            else
            {
                var added = new OrderedDictionary<string, object?>(StringComparer.Ordinal);
                map[path[index]] = added;
                map = added;
            }
        }

        map[path[^1]] = value;
    }

    private sealed class Resolution(IReadOnlyList<InputDefinition> inputs, IReadOnlyDictionary<string, object?> submitted, IReadOnlyDictionary<string, object?> variables, IExpressionHost? host)
    {
        public IReadOnlyDictionary<string, object?> Submitted => submitted;

        public Dictionary<string, ResolvedInput> Done { get; } = new(StringComparer.Ordinal);

        public InputDefinition? Find(string id) => inputs.FirstOrDefault(input => input.Id == id);

        public OrderedDictionary<string, object?> Known()
        {
            var known = new OrderedDictionary<string, object?>(StringComparer.Ordinal);
            foreach (var input in inputs)
            {
                if (Done.TryGetValue(input.Id, out var done) && done is { Enabled: true, Error: null })
                {
                    Put(known, input.Id, done.Value);
                }
            }

            return known;
        }

        public RenderContext Scope(IReadOnlyDictionary<string, object?> values, CancellationToken cancellationToken)
        {
            var all = new OrderedDictionary<string, object?>(variables, StringComparer.Ordinal) { ["inputs"] = values };
            return new RenderContext(all, host, cancellationToken);
        }
    }
}
