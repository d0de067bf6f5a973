using Kestra.Expressions.Operators;
using Kestra.Expressions.Syntax;
using Kestra.Expressions.Values;

namespace Kestra.Expressions.Compilation;

/// <summary>This part: expressions.</summary>
internal sealed partial class Compiler
{
    // A chain of operators is a tree as deep as it is long; neither compiling nor evaluating one may exhaust the stack.
    private const int LongestChain = 1000;

    private int depth;

    private Evaluate Expression(Node node)
    {
        if (++depth > LongestChain)
        {
            throw SyntaxErrors.Of($"The expression has more than {LongestChain} operators inside each other", Source, node.At);
        }

        Evaluate compiled = node switch
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
        depth--;
        return compiled;
    }

    private static Evaluate Literal(object? value) => _ => value;

    private Evaluate Variable(VariableNode node)
    {
        var (name, at) = (node.Name, node.At);
        return frame => frame.TryGet(name, out var value) ? frame.Current(value) : throw new MissingVariableException(name, Source, at, frame.Visible().Keys);
    }

    private Evaluate Member(MemberNode node)
    {
        if (node.Arguments is not null)
        {
            return Method(node);
        }

        var (target, at) = (Expression(node.Target), node.At);
        var owner = (node.Target as VariableNode)?.Name;
        if (node.Key is LiteralNode { Value: string name })
        {
            return frame =>
            {
                var value = target(frame);
                return value is IReadOnlyDictionary<string, object?> map and not HashMapValue && map.TryGetValue(name, out var entry)
                    ? frame.Current(entry)
                    : Found(frame, value, name, owner, at);
            };
        }

        var key = Expression(node.Key);
        return frame => Found(frame, target(frame), key(frame), owner, at);
    }

    private object? Found(Frame frame, object? value, object? key, string? owner, Place at)
    {
        if (value is null)
        {
            throw new MissingVariableException(owner ?? ValueText.Java(key), Source, at);
        }

        try
        {
            return Access.TryGet(value, key, out var found) ? frame.Current(found) : throw Missing(value, key, at);
        }
        catch (EvaluationException error)
        {
            throw SyntaxErrors.InEvaluation(error.Message, Source, at, error);
        }
    }

    private ExpressionException Missing(object value, object? key, Place at) => Access.Denied(value, key as string) is { } denied
        ? SyntaxErrors.Denied(denied, Source, at)
        : new MissingVariableException(ValueText.Java(key), Source, at, (value as IReadOnlyDictionary<string, object?>)?.Keys);

    private Evaluate Method(MemberNode node)
    {
        var (target, at) = (Expression(node.Target), node.At);
        var arguments = node.Arguments!.Select(Expression).ToArray();
        var name = (string)((LiteralNode)node.Key).Value!;
        var owner = (node.Target as VariableNode)?.Name;
        return frame =>
        {
            frame.Step();
            var value = target(frame) ?? throw new MissingVariableException(owner ?? name, Source, at);
            var given = Array.ConvertAll(arguments, argument => argument(frame));
            return Methods.TryCall(frame, value, name, given, out var result)
                ? result
                : throw (Access.Denied(value, name) is { } denied ? SyntaxErrors.Denied(denied, Source, at) : new MissingVariableException(name, Source, at));
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
        var capacity = (int)Math.Ceiling(entries.Length / 0.75);
        return frame => HashMapValue.Of(Array.ConvertAll(entries, entry => new MapEntry(Key(entry.Key(frame)), entry.Value(frame))), capacity);
    }

    private static object? Key(object? value) => value is SafeString safe ? safe.Text : value;

    private Evaluate Unary(UnaryNode node)
    {
        var (operand, at) = (Expression(node.Operand), node.At);
        return node.Operator switch
        {
            "not" => Located(at, frame => !Truth.OfNot(operand(frame))),
            "-" => Located(at, frame => Arithmetic.Sign(operand(frame), -1)),
            _ => Located(at, frame => Arithmetic.Sign(operand(frame), 1)),
        };
    }

    private Evaluate Ternary(TernaryNode node)
    {
        var (condition, then, otherwise) = (Expression(node.Condition), Expression(node.Then), Expression(node.Else));
        return frame => Truth.OfTernary(condition(frame)) ? then(frame) : otherwise(frame);
    }

    private Evaluate Binary(BinaryNode node)
    {
        var at = node.At;
        switch (node.Operator)
        {
            case "~":
                return Concatenated(node);
            case "??":
            case "???":
                return Coalesced(node);
        }

        var (left, right) = (Expression(node.Left), Expression(node.Right));
        return node.Operator switch
        {
            "and" => Located(at, frame => Truth.OfLogic(left(frame)) && Truth.OfLogic(right(frame))),
            "or" => Located(at, frame => Truth.OfLogic(left(frame)) || Truth.OfLogic(right(frame))),
            ".." => Located(at, frame => Ranges.Of(frame, left(frame), right(frame), 1L)),
            "contains" => Located(at, Both(left, right, static (frame, a, b) => Membership.Contains(frame, a, b))),
            "isIn" => Located(at, Both(left, right, static (frame, a, b) => Membership.IsIn(frame, a, b))),
            var name => Replaced(name, left, right, at),
        };
    }

    // a ~ b ~ c is one concatenation.
    private Evaluate Concatenated(BinaryNode node)
    {
        var operands = new List<Node> { node.Right };
        var first = node.Left;
        while (first is BinaryNode { Operator: "~" } inner)
        {
            operands.Add(inner.Right);
            first = inner.Left;
        }

        operands.Add(first);
        operands.Reverse();
        return Joined([.. operands.Select(Expression)]);
    }

    // The right side may still change a list that the left side gave.
    private static Evaluate Both(Evaluate left, Evaluate right, Func<Frame, object?, object?, object?> apply) => frame =>
    {
        var (a, b) = (left(frame), right(frame));
        return apply(frame, frame.Settled(a), frame.Settled(b));
    };

    private static Evaluate Joined(Evaluate[] parts)
    {
        var first = Both(parts[0], parts[1], static (frame, a, b) => Concatenation.Of(frame, Concatenation.Text(a), Concatenation.Text(b)));
        if (parts.Length == 2)
        {
            return first;
        }

        var rest = parts[2..];
        return frame =>
        {
            var texts = new string[rest.Length + 1];
            texts[0] = (string)first(frame)!;
            for (var index = 0; index < rest.Length; index++)
            {
                texts[index + 1] = Concatenation.Text(frame.Settled(rest[index](frame)));
            }

            return Concatenation.Of(frame, texts);
        };
    }

    private Evaluate Interpolation(InterpolationNode node)
    {
        var parts = node.Parts.Select(Expression).ToArray();
        return parts.Length == 1 ? parts[0] : Joined(parts);
    }

    private Evaluate Coalesced(BinaryNode node)
    {
        var (left, right, nullToo) = (Attempt(node.Left), Expression(node.Right), node.Operator == "??");
        return frame => left(frame, out var value) && (value is not null || !nullToo) ? value : right(frame);
    }

    /// <summary>For operators that ask whether something exists. Paths of names and keys are looked up without an exception.</summary>
    private TryEvaluate Attempt(Node node)
    {
        switch (node)
        {
            case VariableNode variable:
                var name = variable.Name;
                return (Frame frame, out object? value) =>
                {
                    var found = frame.TryGet(name, out value);
                    value = frame.Current(value);
                    return found;
                };
            case MemberNode { Arguments: null, Key: LiteralNode { Value: string key } } member:
                var (target, slow) = (Attempt(member.Target), Caught(Expression(node)));
                return (Frame frame, out object? value) =>
                {
                    value = null;
                    if (!target(frame, out var owner) || owner is null)
                    {
                        return false;
                    }

                    if (owner is IReadOnlyDictionary<string, object?> map)
                    {
                        var found = map is HashMapValue exact ? exact.TryGetExact(key, out value) : map.TryGetValue(key, out value);
                        value = frame.Current(value);
                        return found;
                    }

                    return slow(frame, out value);
                };
            default:
                return Caught(Expression(node));
        }
    }

    private static TryEvaluate Caught(Evaluate evaluate) => (Frame frame, out object? value) =>
    {
        try
        {
            value = evaluate(frame);
            return true;
        }
        catch (MissingVariableException)
        {
            value = null;
            return false;
        }
    };

    // Arithmetic and comparisons replace every failure inside them by their own.
    private Evaluate Replaced(string name, Evaluate left, Evaluate right, Place at)
    {
        var (apply, message) = BinaryOperators.Of(name);
        return frame =>
        {
            frame.Step();
            try
            {
                return apply(frame, left(frame), right(frame));
            }
            catch (Exception error) when (IsOfLanguage(error))
            {
                throw SyntaxErrors.InEvaluation(message, Source, at, error);
            }
        };
    }

    // Rules that are broken inside get the place; what already has one passes.
    private Evaluate Located(Place at, Evaluate evaluate) => frame =>
    {
        try
        {
            return evaluate(frame);
        }
        catch (EvaluationException error)
        {
            throw SyntaxErrors.InEvaluation(error.Message, Source, at, error);
        }
    };
}
