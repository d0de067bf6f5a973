using Kestra.Expressions.Filters;
using Kestra.Expressions.Functions;
using Kestra.Expressions.Operators;
using Kestra.Expressions.Syntax;
using Kestra.Expressions.Tests;
using Kestra.Expressions.Values;

namespace Kestra.Expressions.Compilation;

/// <summary>Turns the tree of a template into delegates, once.</summary>
internal sealed class Compiler(Program program)
{
    private string Source => program.Source;

    public void Compile(BodyNode body)
    {
        program.Body = Statement(body);
        if (body.Parts is [PrintNode print])
        {
            program.Single = Expression(print.Expression);
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
        return frame => frame.Output.Add(text);
    }

    private Execute Print(PrintNode node)
    {
        var expression = Expression(node.Expression);
        return frame =>
        {
            var value = expression(frame);
            if (value is null)
            {
                return;
            }

            if (frame.PrintsJava && value is not string)
            {
                value = ValueText.Java(value);
            }

            frame.Output.Add(value, value as string);
        };
    }

    private Execute Body(BodyNode node)
    {
        // Macros are known in the whole template, before the place where they are written.
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
        var branches = node.Branches.Select(branch => (Condition: Expression(branch.Condition), Body: Statement(branch.Body), branch.Condition.Line)).ToArray();
        var otherwise = node.Else is null ? null : Statement(node.Else);
        return frame =>
        {
            foreach (var (condition, body, line) in branches)
            {
                frame.Step();
                bool holds;
                try
                {
                    holds = Truth.OfCondition(condition(frame));
                }
                catch (Exception error) when (error is not OperationCanceledException)
                {
                    throw SyntaxErrors.InEvaluation("Wrong operand(s) type in conditional expression", Source, line, error);
                }

                if (holds)
                {
                    body(frame);
                    return;
                }
            }

            otherwise?.Invoke(frame);
        };
    }

    private Execute For(ForNode node)
    {
        var (name, items, body, line) = (node.Name, Expression(node.Items), Statement(node.Body), node.Items.Line);
        var otherwise = node.Else is null ? null : Statement(node.Else);
        return frame =>
        {
            var value = items(frame);
            if (value is null)
            {
                return;
            }

            var list = Iteration.Items(value) ?? throw SyntaxErrors.InEvaluation($"Not an iterable object. Value = [{ValueText.Java(value)}]", Source, line, null);
            if (list.Count == 0)
            {
                otherwise?.Invoke(frame);
                return;
            }

            for (var index = 0; index < list.Count; index++)
            {
                frame.Step();
                frame.Push();
                frame.Define(name, list[index]);
                frame.Define("loop", Iteration.Loop(index, list.Count));
                body(frame);
                frame.Pop();
            }
        };
    }

    private Execute Define(MacroNode node)
    {
        var parameters = node.Parameters.Select(parameter => (parameter.Name, parameter.Default is null ? null : Expression(parameter.Default))).ToList();
        if (!program.Macros.TryAdd(node.Name, new Macro(parameters, Statement(node.Body))))
        {
            throw new ExpressionException($"More than one macro can not share the same name: {node.Name}", Source, node.Line);
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
        var filters = node.Filters.Select(filter => (filter.Name, Arguments: Arguments(filter.Arguments))).ToArray();
        return frame =>
        {
            object? value = frame.Captured(() => body(frame));
            foreach (var (name, arguments) in filters)
            {
                value = Located(0, () => Apply(frame, name, value, arguments));
            }

            if (value is not null)
            {
                frame.Output.Add(value, value as string);
            }
        };
    }

    private Evaluate Expression(Node node) => node switch
    {
        LiteralNode literal => Literal(literal.Value),
        VariableNode variable => Variable(variable),
        MemberNode member => Member(member),
        ListNode list => List(list),
        MapNode map => Map(map),
        UnaryNode unary => Unary(unary),
        BinaryNode binary => Binary(binary),
        TernaryNode ternary => Ternary(ternary),
        FilterNode filter => Filter(filter),
        TestNode test => Test(test),
        CallNode call => Call(call),
        InterpolationNode parts => Interpolation(parts),
        _ => throw new InvalidOperationException($"{node.GetType().Name} is not an expression."),
    };

    private static Evaluate Literal(object? value) => _ => value;

    private Evaluate Variable(VariableNode node)
    {
        var (name, line) = (node.Name, node.Line);
        return frame =>
        {
            if (frame.TryGet(name, out var value))
            {
                return frame.Current(value);
            }

            return name == "locale" ? "en_US" : throw new MissingVariableException(name, Source, line);
        };
    }

    private Evaluate Member(MemberNode node)
    {
        var (target, key, line) = (Expression(node.Target), Expression(node.Key), node.Line);
        var owner = (node.Target as VariableNode)?.Name;
        if (node.Arguments is { } given)
        {
            var arguments = given.Select(Expression).ToArray();
            var method = (string)((LiteralNode)node.Key).Value!;
            return frame => Access.TryCall(target(frame), method, [.. arguments.Select(argument => argument(frame))], out var result)
                ? result
                : throw new MissingVariableException(method, Source, line);
        }

        return frame =>
        {
            var value = target(frame);
            var name = key(frame);
            if (value is null)
            {
                throw new MissingVariableException(owner ?? ValueText.Java(name), Source, line);
            }

            return Access.TryGet(value, name, out var found) ? frame.Current(found) : throw new MissingVariableException(ValueText.Java(name), Source, line);
        };
    }

    private Evaluate List(ListNode node)
    {
        var items = node.Items.Select(Expression).ToArray();
        return frame =>
        {
            var list = new List<object?>(items.Length);
            foreach (var item in items)
            {
                list.Add(item(frame));
            }

            return list;
        };
    }

    private Evaluate Map(MapNode node)
    {
        var entries = node.Entries.Select(entry => (Key: Expression(entry.Key), Value: Expression(entry.Value))).ToArray();
        return frame =>
        {
            var pairs = new List<KeyValuePair<string, object?>>(entries.Length);
            foreach (var (key, value) in entries)
            {
                pairs.Add(KeyValuePair.Create(ValueText.Java(key(frame)), value(frame)));
            }

            return HashMapValue.Of(pairs, (int)Math.Ceiling(pairs.Count / 0.75));
        };
    }

    private Evaluate Unary(UnaryNode node)
    {
        var (operand, line) = (Expression(node.Operand), node.Line);
        return node.Operator switch
        {
            "not" => frame => Located(line, () => !Truth.OfNot(operand(frame))),
            "-" => frame => Located(line, () => Arithmetic.Sign(operand(frame), -1)),
            _ => frame => Located(line, () => Arithmetic.Sign(operand(frame), 1)),
        };
    }

    private Evaluate Ternary(TernaryNode node)
    {
        var (condition, then, otherwise) = (Expression(node.Condition), Expression(node.Then), Expression(node.Else));
        return frame => Truth.OfTernary(condition(frame)) ? then(frame) : otherwise(frame);
    }

    private Evaluate Binary(BinaryNode node)
    {
        var (left, right, line) = (Expression(node.Left), Expression(node.Right), node.Line);
        return node.Operator switch
        {
            "and" => frame => Located(line, () => Truth.OfLogic(left(frame), "and") && Truth.OfLogic(right(frame), "and")),
            "or" => frame => Located(line, () => Truth.OfLogic(left(frame), "or") || Truth.OfLogic(right(frame), "or")),
            "??" => frame => Coalesce(frame, left, right, nullToo: true),
            "???" => frame => Coalesce(frame, left, right, nullToo: false),
            "~" => frame => Concatenation.Of(left(frame), right(frame)),
            ".." => frame => Located(line, () => Ranges.Of(left(frame), right(frame), 1L)),
            "contains" => frame => Located(line, () => Membership.Contains(left(frame), right(frame))),
            "isIn" => frame => Located(line, () => Membership.IsIn(left(frame), right(frame))),
            var name => Wrapped(name, left, right, line),
        };
    }

    private static object? Coalesce(Frame frame, Evaluate left, Evaluate right, bool nullToo)
    {
        try
        {
            var value = left(frame);
            return value is null && nullToo ? right(frame) : value;
        }
        catch (MissingVariableException)
        {
            return right(frame);
        }
    }

    // Arithmetic and comparisons replace every failure inside them by their own.
    private Evaluate Wrapped(string name, Evaluate left, Evaluate right, int line)
    {
        var (apply, message) = BinaryOperators.Of(name);
        return frame =>
        {
            frame.Step();
            try
            {
                return apply(frame, left(frame), right(frame));
            }
            catch (Exception error) when (error is not OperationCanceledException)
            {
                throw SyntaxErrors.InEvaluation(message, Source, line, error);
            }
        };
    }

    private Evaluate Interpolation(InterpolationNode node)
    {
        var parts = node.Parts.Select(Expression).ToArray();
        return parts.Length == 1 ? parts[0] : frame => string.Concat(parts.Select(part => Concatenation.Text(part(frame))));
    }

    private Evaluate Filter(FilterNode node)
    {
        var (name, input, arguments, line) = (node.Name, Expression(node.Input), Arguments(node.Arguments), node.Line);
        if (name == "default")
        {
            return frame => Located(line, () => Default(frame, input, arguments));
        }

        return frame => Located(line, () =>
        {
            frame.Step();
            var filter = FilterTable.Find(name) ?? throw new EvaluationException(Unknown.Filter(name));
            var given = arguments(frame, filter.Names);
            return filter.Apply(frame.Current(input(frame)), new Arguments(frame, given));
        });
    }

    private static object? Default(Frame frame, Evaluate input, Func<Frame, IReadOnlyList<string>?, IReadOnlyDictionary<string, object?>> arguments)
    {
        var fallback = arguments(frame, ["default"]).GetValueOrDefault("default");
        try
        {
            var value = input(frame);
            return value is not StringArray && ValueTests.IsEmpty(value) ? fallback : value;
        }
        catch (MissingVariableException)
        {
            return fallback;
        }
    }

    private static object? Apply(Frame frame, string name, object? value, Func<Frame, IReadOnlyList<string>?, IReadOnlyDictionary<string, object?>> arguments)
    {
        var filter = FilterTable.Find(name) ?? throw new EvaluationException(Unknown.Filter(name));
        return filter.Apply(value, new Arguments(frame, arguments(frame, filter.Names)));
    }

    private Evaluate Test(TestNode node)
    {
        var (name, input, negated, line) = (node.Name, Expression(node.Input), node.Negated, node.Line);
        return frame => Located(line, () =>
        {
            var test = ValueTests.Find(name) ?? throw new EvaluationException(Unknown.Test(name));
            object? value;
            try
            {
                value = input(frame);
            }
            catch (MissingVariableException) when (name == "defined")
            {
                value = null;
            }

            return test.Holds(value) != negated;
        });
    }

    private Evaluate Call(CallNode node)
    {
        var (name, arguments, line) = (node.Name, Arguments(node.Arguments), node.Line);
        var function = FunctionTable.Find(name);
        if (function is { IsOutside: true })
        {
            program.IsPure = false;
        }

        return frame => Located(line, () =>
        {
            frame.Step();
            if (function is not null)
            {
                return function.Call(new Arguments(frame, arguments(frame, function.Names)));
            }

            return program.Macros.TryGetValue(name, out var macro)
                ? Run(frame, macro, arguments)
                : throw new EvaluationException(Unknown.Function(name));
        });
    }

    private static SafeString Run(Frame frame, Macro macro, Func<Frame, IReadOnlyList<string>?, IReadOnlyDictionary<string, object?>> arguments)
    {
        if (frame.Depth >= frame.Options.DepthLimit)
        {
            throw new EvaluationException($"Macros call each other deeper than {frame.Options.DepthLimit} levels");
        }

        var given = arguments(frame, [.. macro.Parameters.Select(parameter => parameter.Name)]);
        var variables = new Dictionary<string, object?>(StringComparer.Ordinal);
        frame.Depth++;
        var text = frame.Captured(() => frame.Isolated(variables, () =>
        {
            foreach (var (name, otherwise) in macro.Parameters)
            {
                variables[name] = given.TryGetValue(name, out var value) ? value : otherwise is null ? null : otherwise(frame);
            }

            macro.Body(frame);
        }));
        frame.Depth--;
        return new SafeString(text);
    }

    private Func<Frame, IReadOnlyList<string>?, IReadOnlyDictionary<string, object?>> Arguments(ArgumentsNode node)
    {
        if (node.Positional.Count == 0 && node.Named.Count == 0)
        {
            return static (_, _) => EmptyArguments;
        }

        var positional = node.Positional.Select(Expression).ToArray();
        var named = node.Named.Select(argument => (argument.Name, Value: Expression(argument.Value))).ToArray();
        return (frame, names) => ArgumentBinding.Bind(frame, names, positional, named);
    }

    private static readonly Dictionary<string, object?> EmptyArguments = [];

    // Rules that are broken inside get the place; what already has one passes.
    private T Located<T>(int line, Func<T> evaluate)
    {
        try
        {
            return evaluate();
        }
        catch (EvaluationException error)
        {
            throw SyntaxErrors.InEvaluation(error.Message, Source, line, error);
        }
    }
}
