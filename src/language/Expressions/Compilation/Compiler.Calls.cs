using Kestra.Expressions.Filters;
using Kestra.Expressions.Functions;
using Kestra.Expressions.Syntax;
using Kestra.Expressions.Tests;
using Kestra.Expressions.Values;

namespace Kestra.Expressions.Compilation;

/// <summary>This part: filters, tests, functions and macros. One that does not exist fails when it is reached, not before.</summary>
internal sealed partial class Compiler
{
    private static readonly string[] DefaultArguments = ["default"];

    private ArgumentBinding Arguments(ArgumentsNode node) => node.Positional.Count == 0 && node.Named.Count == 0
        ? ArgumentBinding.None
        : new ArgumentBinding([.. node.Positional.Select(Expression)], [.. node.Named.Select(argument => (argument.Name, Expression(argument.Value)))]);

    private Evaluate Filter(FilterNode node)
    {
        var (arguments, at) = (Arguments(node.Arguments), node.At);
        if (node.Name == "default")
        {
            var attempt = Attempt(node.Input);
            return Located(at, frame =>
            {
                var fallback = arguments.Bind(frame, DefaultArguments)["default"];
                return attempt(frame, out var value) && (value is StringArray || !ValueTests.IsEmpty(value = Plain(value))) ? value : fallback;
            });
        }

        var (input, name) = (Expression(node.Input), node.Name);
        var filter = FilterTable.Find(name);
        if (filter is null)
        {
            Warn($"Filter [{name}] does not exist.", at, FilterTable.Names, name);
            return Located(at, _ => throw NoFilter(name));
        }

        return Located(at, frame =>
        {
            var given = arguments.Bind(frame, filter.Names);
            var value = Plain(frame.Settled(input(frame)));
            frame.Step(value);
            return filter.Apply(value, given);
        });
    }

    // What a macro gives is a text for filters.
    private static object? Plain(object? value) => value is SafeString safe ? safe.Text : value;

    // A filter over a value that is known already.
    private Func<Frame, object?, object?> Applied(string name, ArgumentBinding arguments, Place at)
    {
        if (name == "default")
        {
            return (frame, value) => arguments.Bind(frame, DefaultArguments)["default"] is var fallback && ValueTests.IsEmpty(value) ? fallback : value;
        }

        var filter = FilterTable.Find(name);
        if (filter is null)
        {
            Warn($"Filter [{name}] does not exist.", at, FilterTable.Names, name);
            return (_, _) => throw NoFilter(name);
        }

        return (frame, value) =>
        {
            frame.Step(value);
            return filter.Apply(value, arguments.Bind(frame, filter.Names));
        };
    }

    private static EvaluationException NoFilter(string name) => new($"Filter [{name}] does not exist.") { Hint = Suggestions.Nearest(name, FilterTable.Names) };

    private Evaluate Test(TestNode node)
    {
        var (name, negated, at) = (node.Name, node.Negated, node.At);
        if (name == "defined")
        {
            var attempt = Attempt(node.Input);
            return frame => (attempt(frame, out var value) && value is not null) != negated;
        }

        var (input, test) = (Expression(node.Input), ValueTests.Find(name));
        if (test is null)
        {
            Warn($"Test [{name}] does not exist.", at, ValueTests.Names, name);
            return Located(at, _ => throw new EvaluationException($"Test [{name}] does not exist.") { Hint = Suggestions.Nearest(name, ValueTests.Names) });
        }

        return Located(at, frame => test.Holds(input(frame)) != negated);
    }

    private Evaluate Call(CallNode node)
    {
        var (name, arguments, at) = (node.Name, Arguments(node.Arguments), node.At);
        if (FunctionTable.Find(name) is not { } function)
        {
            calls.Add((name, at));
            return Located(at, frame => program.Macros.TryGetValue(name, out var macro) ? Run(frame, macro, arguments) : throw NoFunction(name));
        }

        program.IsPure &= !function.IsOutside;
        return Located(at, frame =>
        {
            frame.Step();
            return function.Call(arguments.Bind(frame, function.Names));
        });
    }

    private readonly List<(string Name, Place At)> calls = [];

    private EvaluationException NoFunction(string name) =>
        new($"Function or Macro [{name}] does not exist.") { Hint = Suggestions.Nearest(name, FunctionTable.Names.Concat(program.Macros.Keys)) };

    /// <summary>After everything is compiled, and all macros are known.</summary>
    public void WarnOfCalls()
    {
        foreach (var (name, at) in calls.Where(call => !program.Macros.ContainsKey(call.Name)))
        {
            Warn($"Function or Macro [{name}] does not exist.", at, FunctionTable.Names.Concat(program.Macros.Keys), name);
        }
    }

    private void Warn(string message, Place at, IEnumerable<string> known, string name)
    {
        var place = new ExpressionException(message, Source, at.Offset);
        program.Warnings.Add(new TemplateWarning(message, place.Line, place.Column, Suggestions.Nearest(name, known)));
    }

    private static SafeString Run(Frame frame, Macro macro, ArgumentBinding arguments)
    {
        frame.Step();
        var given = arguments.Bind(frame, macro.Names);
        var variables = new Scope(null);
        return frame.Deeper(() => new SafeString(frame.Isolated(variables, inner =>
        {
            // Defaults see the defaults before them, and not what was given for those.
            for (var index = 0; index < macro.Names.Count; index++)
            {
                variables.Define(macro.Names[index], macro.Defaults[index]?.Invoke(inner));
            }

            foreach (var name in macro.Names.Where(given.Has))
            {
                variables.TrySet(name, given[name]);
            }

            macro.Body(inner);
        })));
    }
}
