using System.Globalization;

namespace Kestra.Expressions.Syntax;

/// <summary>Builds the tree of a template.</summary>
internal sealed class Parser
{
    private static readonly Dictionary<string, int> Precedences = new(StringComparer.Ordinal)
    {
        ["or"] = 10,
        ["and"] = 15,
        ["is"] = 20,
        ["is not"] = 20,
        ["contains"] = 20,
        ["=="] = 30,
        ["equals"] = 30,
        ["!="] = 30,
        [">"] = 30,
        ["<"] = 30,
        [">="] = 30,
        ["<="] = 30,
        ["+"] = 40,
        ["-"] = 40,
        ["*"] = 60,
        ["/"] = 60,
        ["%"] = 60,
        ["|"] = 100,
        ["~"] = 110,
        [".."] = 120,
        ["??"] = 120,
        ["???"] = 120,
        ["isIn"] = 120,
    };

    private readonly string source;
    private readonly List<Token> tokens;
    private readonly int depthLimit;
    private int position;
    private int depth;

    private Parser(string source, List<Token> tokens, int depthLimit)
    {
        this.source = source;
        this.tokens = tokens;
        this.depthLimit = depthLimit;
    }

    /// <exception cref="ExpressionException">The template does not follow the grammar.</exception>
    public static BodyNode Parse(string source, int depthLimit)
    {
        var parser = new Parser(source, Lexer.Tokenize(source, depthLimit), depthLimit);
        var body = parser.Body([]);
        return body;
    }

    private Token Current => tokens[position];

    private Place Here => Current.At;

    // Messages name the line after a construct; the construct itself is where its own token is.
    private Place After(Token token) => new(Here.Line, token.At.Offset);

    private Token Take()
    {
        var token = tokens[position];
        if (position < tokens.Count - 1)
        {
            position++;
        }

        return token;
    }

    private bool TryTake(TokenType type, string value)
    {
        if (!Current.Is(type, value))
        {
            return false;
        }

        Take();
        return true;
    }

    private Token Expect(TokenType type, string? value = null)
    {
        if (Current.Type != type || (value is not null && Current.Value != value))
        {
            throw Error($"Unexpected token of value \"{Current.Value ?? "null"}\" and type {Current.Type}, expected token of type {type}");
        }

        return Take();
    }

    private ExpressionException Error(string message) => SyntaxErrors.Of(message, source, Here);

    // Every recursive construct passes here, so a hostile template can't exhaust the stack.
    private T Deeper<T>(Func<T> parse)
    {
        if (++depth > depthLimit)
        {
            throw Error($"The expression is nested deeper than {depthLimit} levels");
        }

        var result = parse();
        depth--;
        return result;
    }

    private BodyNode Body(string[] endings) => Deeper(() =>
    {
        var place = Here;
        var parts = new List<Node>();
        while (Current.Type != TokenType.EOF)
        {
            switch (Current.Type)
            {
                case TokenType.TEXT:
                    var text = Take();
                    parts.Add(new TextNode(text.Value!, text.At));
                    break;
                case TokenType.PRINT_START:
                    Take();
                    var expression = Expression();
                    var after = Here;
                    Expect(TokenType.PRINT_END);
                    parts.Add(new PrintNode(expression, after));
                    break;
                default:
                    if (AtEnding(endings))
                    {
                        return new BodyNode(parts, place);
                    }

                    Take();
                    parts.Add(Tag());
                    break;
            }
        }

        if (endings.Length > 0)
        {
            throw Error(EndingMessage(endings));
        }

        return new BodyNode(parts, place);
    });

    private static string EndingMessage(string[] endings) => endings[^1] == "endblock"
        ? "endblock tag should be present with block tag starting line number "
        : $"Unexpected end of template. Pebble was looking for the \"{endings[^1]}\" tag";

    private bool AtEnding(string[] endings) =>
        Current.Type == TokenType.EXECUTE_START && tokens[position + 1] is { Type: TokenType.NAME } name && endings.Contains(name.Value, StringComparer.Ordinal);

    private Node Tag()
    {
        if (Current.Type != TokenType.NAME)
        {
            throw Error("A block must start with a tag name.");
        }

        var name = Take();
        return name.Value switch
        {
            "set" => Set(name.At),
            "if" => If(name.At),
            "for" => For(name.At),
            "macro" => Macro(name.At),
            "block" => Block(name.At),
            "filter" => FilterTag(name.At),
            _ => throw SyntaxErrors.Of($"Unexpected tag name \"{name.Value}\"", source, name.At),
        };
    }

    private SetNode Set(Place at)
    {
        var name = NewName();
        Expect(TokenType.PUNCTUATION, "=");
        var value = Expression();
        Expect(TokenType.EXECUTE_END);
        return new SetNode(name, value, at);
    }

    private string NewName()
    {
        var name = Expect(TokenType.NAME);
        return name.Value is "true" or "false" or "null" or "none"
            ? throw SyntaxErrors.Of($"Can not assign a value to {name.Value}", source, name.At)
            : name.Value!;
    }

    private IfNode If(Place at)
    {
        var branches = new List<(Node, Node)>();
        Node? otherwise = null;
        var condition = Expression();
        Expect(TokenType.EXECUTE_END);
        branches.Add((condition, Body(["elseif", "else", "endif"])));
        while (true)
        {
            Expect(TokenType.EXECUTE_START);
            switch (Take().Value)
            {
                case "elseif":
                    var next = Expression();
                    Expect(TokenType.EXECUTE_END);
                    branches.Add((next, Body(["elseif", "else", "endif"])));
                    break;
                case "else":
                    Expect(TokenType.EXECUTE_END);
                    otherwise = Body(["endif"]);
                    break;
                default:
                    Expect(TokenType.EXECUTE_END);
                    return new IfNode(branches, otherwise, at);
            }
        }
    }

    private ForNode For(Place at)
    {
        var name = NewName();
        Expect(TokenType.NAME, "in");
        var items = Expression();
        Expect(TokenType.EXECUTE_END);
        var body = Body(["else", "endfor"]);
        Node? otherwise = null;
        Expect(TokenType.EXECUTE_START);
        if (Take().Value == "else")
        {
            Expect(TokenType.EXECUTE_END);
            otherwise = Body(["endfor"]);
            Expect(TokenType.EXECUTE_START);
            Take();
        }

        Expect(TokenType.EXECUTE_END);
        return new ForNode(name, items, body, otherwise, at);
    }

    private MacroNode Macro(Place at)
    {
        var name = Expect(TokenType.NAME).Value!;
        Expect(TokenType.PUNCTUATION, "(");
        var parameters = new List<(string, Node?)>();
        while (!Current.Is(TokenType.PUNCTUATION, ")"))
        {
            if (parameters.Count > 0)
            {
                Expect(TokenType.PUNCTUATION, ",");
            }

            var parameter = NewName();
            parameters.Add((parameter, TryTake(TokenType.PUNCTUATION, "=") ? Expression() : null));
        }

        Take();
        Expect(TokenType.EXECUTE_END);
        var body = Body(["endmacro"]);
        CloseTag();
        return new MacroNode(name, parameters, body, at);
    }

    private BlockNode Block(Place at)
    {
        var name = Current.Type == TokenType.STRING ? Take().Value! : Expect(TokenType.NAME).Value!;
        Expect(TokenType.EXECUTE_END);
        var body = Body(["endblock"]);
        Expect(TokenType.EXECUTE_START);
        Take();
        if (Current.Type is TokenType.NAME or TokenType.STRING && Current.Value == name)
        {
            Take();
        }

        Expect(TokenType.EXECUTE_END);
        return new BlockNode(name, body, at);
    }

    private FilterTagNode FilterTag(Place at)
    {
        var filters = new List<(string, ArgumentsNode)>();
        do
        {
            var name = Expect(TokenType.NAME).Value!;
            filters.Add((name, Current.Is(TokenType.PUNCTUATION, "(") ? Arguments() : new ArgumentsNode([], [], Here)));
        }
        while (TryTake(TokenType.OPERATOR, "|"));

        Expect(TokenType.EXECUTE_END);
        var body = Body(["endfilter"]);
        CloseTag();
        return new FilterTagNode(filters, body, at);
    }

    private void CloseTag()
    {
        Expect(TokenType.EXECUTE_START);
        Take();
        Expect(TokenType.EXECUTE_END);
    }

    private Node Expression() => Deeper<Node>(() =>
    {
        var condition = Binary(0);
        if (!TryTake(TokenType.PUNCTUATION, "?"))
        {
            return condition;
        }

        var then = Expression();
        Expect(TokenType.PUNCTUATION, ":");
        var otherwise = Expression();
        return new TernaryNode(condition, then, otherwise, Here);
    });

    private Node Binary(int minimum)
    {
        var left = Deeper(Primary);
        while (Current.Type == TokenType.OPERATOR && Precedences.TryGetValue(Current.Value!, out var precedence) && precedence >= minimum)
        {
            var sign = Take();
            var name = sign.Value!;
            left = name switch
            {
                "|" => Filter(left),
                "is" or "is not" => Test(left, name == "is not"),
                _ => new BinaryNode(name, left, Binary(precedence + 1), After(sign)),
            };
        }

        return left;
    }

    private FilterNode Filter(Node input)
    {
        var name = Expect(TokenType.NAME);
        var arguments = Current.Is(TokenType.PUNCTUATION, "(") ? Arguments() : new ArgumentsNode([], [], Here);
        return new FilterNode(input, name.Value!, arguments, After(name));
    }

    private TestNode Test(Node input, bool negated)
    {
        var name = Expect(TokenType.NAME);
        var arguments = Current.Is(TokenType.PUNCTUATION, "(") ? Arguments() : new ArgumentsNode([], [], Here);
        return new TestNode(input, name.Value!, arguments, negated, After(name));
    }

    private Node Primary()
    {
        if (Current is { Type: TokenType.OPERATOR, Value: "not" or "+" or "-" })
        {
            var sign = Take();
            return new UnaryNode(sign.Value!, Binary(500), After(sign));
        }

        if (TryTake(TokenType.PUNCTUATION, "("))
        {
            var inner = Expression();
            Expect(TokenType.PUNCTUATION, ")");
            return Postfix(inner);
        }

        if (Current.Is(TokenType.PUNCTUATION, "["))
        {
            return List();
        }

        return Current.Is(TokenType.PUNCTUATION, "{") ? Map() : Postfix(Atom());
    }

    private Node Atom()
    {
        var token = Current;
        switch (token.Type)
        {
            case TokenType.NAME:
                Take();
                return Current.Is(TokenType.PUNCTUATION, "(") ? new CallNode(token.Value!, Arguments(), After(token)) : Name(token);
            case TokenType.STRING:
                Take();
                return new LiteralNode(token.Value, token.At);
            case TokenType.LONG:
            case TokenType.NUMBER:
                Take();
                return new LiteralNode(Number(token), token.At);
            case TokenType.STRING_INTERPOLATION_START:
                return Interpolation();
            default:
                throw Error($"Unexpected token \"{token.Type}\" of value \"{token.Value ?? "null"}\"");
        }
    }

    private static Node Name(Token token) => token.Value switch
    {
        "true" or "TRUE" => new LiteralNode(true, token.At),
        "false" or "FALSE" => new LiteralNode(false, token.At),
        "null" or "NULL" or "none" or "NONE" => new LiteralNode(null, token.At),
        _ => new VariableNode(token.Value!, token.At),
    };

    private object Number(Token token)
    {
        var text = token.Value!;
        if (text.Contains('.', StringComparison.Ordinal))
        {
            return double.Parse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture);
        }

        return long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw SyntaxErrors.Of($"The number {text} is beyond 64 bits", source, token.At);
    }

    private InterpolationNode Interpolation()
    {
        var at = Take().At;
        var parts = new List<Node>();
        while (Current.Type != TokenType.STRING_INTERPOLATION_END)
        {
            if (TryTake(TokenType.PUNCTUATION, "#{"))
            {
                parts.Add(Expression());
                Expect(TokenType.PUNCTUATION, "}#");
            }
            else
            {
                var text = Expect(TokenType.STRING);
                parts.Add(new LiteralNode(text.Value, text.At));
            }
        }

        Take();
        return new InterpolationNode(parts, at);
    }

    private Node Postfix(Node node)
    {
        while (true)
        {
            if (TryTake(TokenType.PUNCTUATION, "."))
            {
                var name = Expect(TokenType.NAME);
                IReadOnlyList<Node>? arguments = null;
                if (Current.Is(TokenType.PUNCTUATION, "("))
                {
                    var given = Arguments();
                    arguments = given.Named.Count == 0 ? given.Positional : throw Error("Can not use named arguments when calling a bean method");
                }

                node = new MemberNode(node, new LiteralNode(name.Value, name.At), arguments, name.At);
            }
            else if (Current.Is(TokenType.PUNCTUATION, "["))
            {
                Take();
                var key = Expression();
                var place = Here;
                Expect(TokenType.PUNCTUATION, "]");
                node = new MemberNode(node, key, null, place);
            }
            else
            {
                return node;
            }
        }
    }

    private ListNode List()
    {
        var at = Take().At;
        var items = new List<Node>();
        while (!Current.Is(TokenType.PUNCTUATION, "]"))
        {
            if (items.Count > 0)
            {
                Expect(TokenType.PUNCTUATION, ",");
            }

            items.Add(Expression());
        }

        Take();
        return new ListNode(items, at);
    }

    private MapNode Map()
    {
        var at = Take().At;
        var entries = new List<(Node, Node)>();
        while (!Current.Is(TokenType.PUNCTUATION, "}"))
        {
            if (entries.Count > 0)
            {
                Expect(TokenType.PUNCTUATION, ",");
            }

            var key = Expression();
            Expect(TokenType.PUNCTUATION, ":");
            entries.Add((key, Expression()));
        }

        Take();
        return new MapNode(entries, at);
    }

    private ArgumentsNode Arguments()
    {
        var at = Expect(TokenType.PUNCTUATION, "(").At;
        var positional = new List<Node>();
        var named = new List<(string, Node)>();
        while (!Current.Is(TokenType.PUNCTUATION, ")"))
        {
            if (positional.Count + named.Count > 0)
            {
                Expect(TokenType.PUNCTUATION, ",");
            }

            if (Current.Type == TokenType.NAME && tokens[position + 1].Is(TokenType.PUNCTUATION, "="))
            {
                var name = NewName();
                Take();
                named.Add((name, Expression()));
            }
            else if (named.Count > 0)
            {
                throw Error("Positional arguments must be declared before any named arguments.");
            }
            else
            {
                positional.Add(Expression());
            }
        }

        Take();
        return new ArgumentsNode(positional, named, at);
    }
}
