using Kestra.Expressions.Operators;
using Kestra.Expressions.Syntax;
using Kestra.Expressions.Values;

namespace Kestra.Expressions.Compilation;

/// <summary>Turns the tree of a template into delegates, once. This part: tags and text.</summary>
internal sealed partial class Compiler(Program program)
{
    private string Source => program.Source;

    public void Compile(BodyNode body)
    {
        program.Body = Statement(body);
        if (body.Parts.All(static part => part is TextNode or PrintNode))
        {
            program.Segments = [.. body.Parts.Select(part => part is TextNode text ? (text.Text, (Evaluate?)null) : (null, Expression(((PrintNode)part).Expression)))];
        }
    }

    private Execute Statement(Node node) => node switch
    {
        TextNode text => Text(text),
        PrintNode print => Print(print),
        BodyNode body => Body(body),
        SetNode set => Set(set),
        IfNode branch => If(branch),
        ForNode loop => For(loop),
        MacroNode macro => Define(macro),
        BlockNode block => Block(block),
        FilterTagNode filter => FilterTag(filter),
        _ => throw new InvalidOperationException($"{node.GetType().Name} is not a statement."),
    };

    private static Execute Text(TextNode node)
    {
        var text = node.Text;
        return frame => frame.Output.Write(text);
    }

    private Execute Print(PrintNode node)
    {
        var expression = Expression(node.Expression);
        return frame =>
        {
            var value = expression(frame);
            if (value is string text)
            {
                frame.Output.Write(text);
            }
            else if (value is not null)
            {
                value = frame.Settled(value)!;
                frame.Output.Write(frame.PrintsJava ? ValueText.Java(value) : value);
            }
        };
    }

    private Execute Body(BodyNode node)
    {
        var parts = node.Parts.Select(Statement).ToArray();
        return parts.Length == 1
            ? parts[0]
            : frame =>
            {
                foreach (var part in parts)
                {
                    part(frame);
                }
            };
    }

    private Execute Set(SetNode node)
    {
        var (name, value) = (node.Name, Expression(node.Value));
        return frame => frame.Set(name, value(frame));
    }

    private Execute If(IfNode node)
    {
        var branches = node.Branches.Select(branch => (Condition: Condition(branch.Condition), Body: Statement(branch.Body))).ToArray();
        var otherwise = node.Else is null ? null : Statement(node.Else);
        return frame =>
        {
            foreach (var (condition, body) in branches)
            {
                if (condition(frame))
                {
                    body(frame);
                    return;
                }
            }

            otherwise?.Invoke(frame);
        };
    }

    // Whatever fails in a condition, the condition is said to be wrong.
    private Func<Frame, bool> Condition(Node node)
    {
        var (condition, at) = (Expression(node), node.At);
        return frame =>
        {
            frame.Step();
            try
            {
                return condition(frame) is var value && value is bool flag ? flag : Truth.OfCondition(value);
            }
            catch (Exception error) when (IsOfLanguage(error))
            {
                throw SyntaxErrors.InEvaluation("Wrong operand(s) type in conditional expression", Source, at, error);
            }
        };
    }

    private Execute For(ForNode node)
    {
        var (name, items, body, at) = (node.Name, Expression(node.Items), Statement(node.Body), node.Items.At);
        var otherwise = node.Else is null ? null : Statement(node.Else);
        return frame =>
        {
            var value = items(frame);
            if (value is null)
            {
                return;
            }

            var list = Iteration.Items(value) ?? throw SyntaxErrors.InEvaluation($"Not an iterable object. Value = [{ValueText.Java(value)}]", Source, at, null);
            if (list.Count == 0)
            {
                otherwise?.Invoke(frame);
                return;
            }

            Loop(frame, name, list, body);
        };
    }

    private static void Loop(Frame frame, string name, IReadOnlyCollection<object?> list, Execute body)
    {
        var (index, length, version) = (0, list.Count, frame.VersionOf(list));
        frame.Push();
        foreach (var item in list)
        {
            frame.Step();
            frame.Define("loop", new LoopValue(index++, length));
            frame.Define(name, frame.Current(item));
            body(frame);
            if (frame.VersionOf(list) != version && IsOver(frame, list, index))
            {
                break;
            }
        }

        frame.Pop();
    }

    // The list was changed inside its own loop, which only the last turn survives.
    private static bool IsOver(Frame frame, IReadOnlyCollection<object?> list, int done) => ((IReadOnlyCollection<object?>)frame.Current(list)!).Count == done
        ? true
        : throw new ConversionException("The list was changed inside its own loop");

    // Macros are known in the whole template, before the place where they are written.
    private Execute Define(MacroNode node)
    {
        var names = node.Parameters.Select(parameter => parameter.Name).ToList();
        var defaults = node.Parameters.Select(parameter => parameter.Default is null ? null : Expression(parameter.Default)).ToList();
        if (!program.Macros.TryAdd(node.Name, new Macro(names, defaults, Statement(node.Body))))
        {
            throw new ExpressionException($"More than one macro can not share the same name: {node.Name}", Source, node.At.Offset);
        }

        return static _ => { };
    }

    private Execute Block(BlockNode node)
    {
        var body = Statement(node.Body);
        program.Blocks[node.Name] = body;
        return body;
    }

    private Execute FilterTag(FilterTagNode node)
    {
        var body = Statement(node.Body);
        var filters = node.Filters.Select(filter => Applied(filter.Name, Arguments(filter.Arguments), node.At)).ToArray();
        var at = node.At with { Line = 0 };
        return frame =>
        {
            object? value = frame.Captured(body);
            try
            {
                foreach (var filter in filters)
                {
                    value = filter(frame, value);
                }
            }
            catch (EvaluationException error)
            {
                throw SyntaxErrors.InEvaluation(error.Message, Source, at, error);
            }

            if (value is not null)
            {
                frame.Output.Write(value);
            }
        };
    }

    /// <summary>Not a limit, not a cancellation: what the language may replace by an error of its own.</summary>
    private static bool IsOfLanguage(Exception error) => error is not (OperationCanceledException or ExpressionLimitException or InsufficientExecutionStackException);
}
