namespace Kestra.Jq.Syntax;

internal sealed partial class Parser
{
    private Node ParseTerm()
    {
        var term = ParsePrimary();
        while (true)
        {
            if (_token.Kind == TokenKind.Field)
            {
                term = new IndexNode(term, new LiteralNode(_token.Text));
                Advance();
            }
            else if (_token.Is("["))
            {
                Advance();
                term = ParseBracket(term);
            }
            else if (_token.Is("."))
            {
                Advance();
                term = _token.Kind == TokenKind.Text ? new IndexNode(term, ParseText(null)) : throw Unexpected();
            }
            else if (_token.Is("?"))
            {
                Advance();
                term = new TryNode(term, null);
            }
            else if (_token.Is("?//"))
            {
                // Outside a destructuring this is the question mark followed by the alternative operator.
                _token = new Token(TokenKind.Operator, "//", _token.Position + 1);
                return new TryNode(term, null);
            }
            else
            {
                return term;
            }
        }
    }

    private Node ParseBracket(Node target)
    {
        if (Accept("]"))
        {
            return new IterateNode(target);
        }

        if (Accept(":"))
        {
            var to = ParsePipe();
            Expect("]");
            return new SliceNode(target, null, to);
        }

        var key = ParsePipe();
        if (Accept(":"))
        {
            var end = _token.Is("]") ? null : ParsePipe();
            Expect("]");
            return new SliceNode(target, key, end);
        }

        Expect("]");
        return new IndexNode(target, key);
    }

    private Node ParsePrimary() => _token.Kind switch
    {
        TokenKind.Number => Take(_token.Number),
        TokenKind.Text => ParseText(null),
        TokenKind.Format => ParseFormat(),
        TokenKind.Variable => ParseVariable(),
        TokenKind.Field => ParseLeadingField(),
        TokenKind.Identifier => ParseCall(),
        TokenKind.Keyword => ParseKeyword(),
        TokenKind.Operator => ParseSymbol(),
        _ => throw Unexpected(),
    };

    private LiteralNode Take(object? value)
    {
        Advance();
        return new LiteralNode(value);
    }

    private IndexNode ParseLeadingField()
    {
        var name = _token.Text;
        Advance();
        return new IndexNode(new IdentityNode(), new LiteralNode(name));
    }

    private Node ParseVariable()
    {
        var token = _token;
        Advance();
        return token.Text == "__loc__" && _dialect == JqDialect.Jq16
            ? new LocationNode(_program.AsSpan(0, token.Position).Count('\n') + 1, token.Position)
            : new VariableNode(token.Text, token.Position);
    }

    private Node ParseFormat()
    {
        var name = _token.Text;
        Advance();
        return _token.Kind == TokenKind.Text ? ParseText(name) : new FormatNode(name);
    }

    private Node ParseText(string? format)
    {
        var parts = _token.Parts!;
        Advance();
        return parts.All(part => part.Constant is not null)
            ? new LiteralNode(string.Concat(parts.Select(part => part.Constant)))
            : new TextNode(format, parts);
    }

    private Node ParseSymbol()
    {
        if (Accept("."))
        {
            return _token.Kind == TokenKind.Text ? new IndexNode(new IdentityNode(), ParseText(null)) : new IdentityNode();
        }

        if (Accept(".."))
        {
            return new DescendNode();
        }

        if (Accept("("))
        {
            var inner = ParsePipe();
            Expect(")");
            return inner;
        }

        if (Accept("["))
        {
            if (Accept("]"))
            {
                return new ArrayNode(null);
            }

            var items = ParsePipe();
            Expect("]");
            return new ArrayNode(items);
        }

        return Accept("{") ? ParseObject() : throw Unexpected();
    }

    private Node ParseCall()
    {
        var token = _token;
        Advance();
        if (token.Text == "break" && _token.Kind == TokenKind.Variable)
        {
            return new BreakNode(ExpectVariable(), token.Position);
        }

        var arguments = new List<Node>();
        if (Accept("("))
        {
            do
            {
                arguments.Add(ParsePipe());
            }
            while (Accept(";"));
            Expect(")");
        }

        return (token.Text, arguments.Count) switch
        {
            ("null", 0) => new LiteralNode(null),
            ("true", 0) => new LiteralNode(true),
            ("false", 0) => new LiteralNode(false),
            _ => new CallNode(token.Text, arguments, token.Position),
        };
    }

    private Node ParseKeyword() => _token.Text switch
    {
        "if" => ParseIf(),
        "try" => ParseTry(),
        "reduce" => ParseReduce(),
        "foreach" => ParseForeach(),
        "label" => ParseLabel(),
        _ => throw Unexpected(),
    };

    private IfNode ParseIf()
    {
        Enter();
        Advance();
        var condition = ParsePipe();
        Expect("then");
        var then = ParsePipe();
        var otherwise = _token.Is("elif") ? ParseIf() : ParseElse();
        _lexer.Nesting--;
        return new IfNode(condition, then, otherwise);
    }

    private Node ParseElse()
    {
        Expect("else");
        var otherwise = ParsePipe();
        Expect("end");
        return otherwise;
    }

    private TryNode ParseTry()
    {
        Enter();
        Advance();
        var body = _token.Is("-") ? ParseNegation() : ParseTerm();
        var handler = Accept("catch") ? _token.Is("-") ? ParseNegation() : ParseTerm() : null;
        _lexer.Nesting--;
        return new TryNode(body, handler);
    }

    private ReduceNode ParseReduce()
    {
        Advance();
        var source = ParseTerm();
        Expect("as");
        var pattern = ParsePattern();
        Expect("(");
        var initial = ParsePipe();
        Expect(";");
        var update = ParsePipe();
        Expect(")");
        return new ReduceNode(source, pattern, initial, update);
    }

    private ForeachNode ParseForeach()
    {
        Advance();
        var source = ParseTerm();
        Expect("as");
        var pattern = ParsePattern();
        Expect("(");
        var initial = ParsePipe();
        Expect(";");
        var update = ParsePipe();
        var extract = Accept(";") ? ParsePipe() : null;
        Expect(")");
        return new ForeachNode(source, pattern, initial, update, extract);
    }

    private ObjectNode ParseObject()
    {
        Enter();
        var entries = new List<(Node, Node)>();
        while (!Accept("}"))
        {
            entries.Add(ParseEntry());
            if (!Accept(","))
            {
                Expect("}");
                break;
            }
        }

        _lexer.Nesting--;
        return new ObjectNode(entries);
    }

    private (Node Key, Node Value) ParseEntry()
    {
        var token = _token;
        if (token.Kind == TokenKind.Variable && token.Text != "__loc__")
        {
            Advance();
            return (new LiteralNode(token.Text), new VariableNode(token.Text, token.Position));
        }

        var key = ParseKey(out var mayStandAlone);
        if (Accept(":"))
        {
            return (key, ParseEntryValue());
        }

        return mayStandAlone ? (key, new IndexNode(new IdentityNode(), key)) : throw Unexpected();
    }

    private Node ParseKey(out bool mayStandAlone)
    {
        mayStandAlone = true;
        switch (_token.Kind)
        {
            case TokenKind.Identifier or TokenKind.Keyword:
                mayStandAlone = _token.Kind == TokenKind.Identifier;
                return Take(_token.Text);
            case TokenKind.Text:
                return ParseText(null);
            case TokenKind.Format:
                var format = _token.Text;
                Advance();
                return _token.Kind == TokenKind.Text ? ParseText(format) : throw Unexpected();
            case TokenKind.Operator when _token.Is("("):
                mayStandAlone = false;
                Advance();
                var key = ParsePipe();
                Expect(")");
                return key;
            default:
                throw Unexpected();
        }
    }

    // Neither a comma nor a binding may stand in a value without parentheses. In jq no operator may except the bar, which Kestra is not strict about.
    private Node ParseEntryValue()
    {
        var stages = new List<Node> { ParseEntryStage() };
        while (Accept("|"))
        {
            stages.Add(ParseEntryStage());
        }

        return Chain(stages[..^1], stages[^1]);
    }

    private Node ParseEntryStage() =>
        _dialect == JqDialect.Kestra ? ParseAlternative() : _token.Is("-") ? ParseNegation() : ParseTerm();

    private Pattern ParsePattern()
    {
        Enter();
        try
        {
            if (_token.Kind == TokenKind.Variable)
            {
                return new VariablePattern(ExpectVariable());
            }

            if (Accept("["))
            {
                var items = ParseList("]", ParsePattern);
                return new ArrayPattern(items);
            }

            Expect("{");
            return new ObjectPattern(ParseList("}", ParsePatternEntry));
        }
        finally
        {
            _lexer.Nesting--;
        }
    }

    private List<T> ParseList<T>(string end, Func<T> parseItem)
    {
        var items = new List<T>();
        do
        {
            items.Add(parseItem());
        }
        while (Accept(","));
        Expect(end);
        return items;
    }

    private ObjectPatternEntry ParsePatternEntry()
    {
        if (_token.Kind == TokenKind.Variable)
        {
            var name = ExpectVariable();
            return new ObjectPatternEntry(name, new LiteralNode(name), Accept(":") ? ParsePattern() : null);
        }

        var key = ParseKey(out _);
        Expect(":");
        return new ObjectPatternEntry(null, key, ParsePattern());
    }

    private void Advance() => _token = _lexer.Next();

    private bool Accept(string symbol)
    {
        if (!_token.Is(symbol))
        {
            return false;
        }

        Advance();
        return true;
    }

    private void Expect(string symbol)
    {
        if (!Accept(symbol))
        {
            throw Unexpected(symbol);
        }
    }

    // The closing parenthesis of an interpolation is the last token of its parser: what follows is text again.
    private void ExpectLast(string symbol)
    {
        if (!_token.Is(symbol))
        {
            throw Unexpected(symbol);
        }
    }

    private string ExpectName()
    {
        if (_token.Kind is not (TokenKind.Identifier or TokenKind.Keyword))
        {
            throw Unexpected();
        }

        var name = _token.Text;
        Advance();
        return name;
    }

    private string ExpectVariable()
    {
        if (_token.Kind != TokenKind.Variable)
        {
            throw Unexpected();
        }

        var name = _token.Text;
        Advance();
        return name;
    }

    private JqException Unexpected(string? expected = null)
    {
        var found = _token.Kind switch
        {
            TokenKind.End => "end of the program",
            TokenKind.Text => "string",
            TokenKind.Variable => $"${_token.Text}",
            TokenKind.Field => $".{_token.Text}",
            TokenKind.Format => $"@{_token.Text}",
            _ => $"'{_token.Text}'",
        };
        return _lexer.Error($"syntax error, unexpected {found}{(expected is null ? "" : $", expecting '{expected}'")}", _token.Position);
    }
}
