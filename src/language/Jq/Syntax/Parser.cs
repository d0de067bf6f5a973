namespace Kestra.Jq.Syntax;

/// <summary>Reads a program by recursive descent. Operators bind, from loose to tight: <c>|</c> <c>,</c> <c>//</c> assignments <c>or</c> <c>and</c> comparisons <c>+ -</c> <c>* / %</c>.</summary>
internal sealed partial class Parser
{
    private const int LoosestBinary = 0;

    private readonly Lexer _lexer;
    private readonly JqDialect _dialect;
    private readonly string _program;
    private readonly int _maxNesting;
    private Token _token;

    private Parser(Lexer lexer, string program, JqDialect dialect, int maxNesting)
    {
        _lexer = lexer;
        _program = program;
        _dialect = dialect;
        _maxNesting = maxNesting;
        _token = lexer.Next();
    }

    /// <exception cref="JqException">The text is not a program.</exception>
    public static Node Parse(string program, JqDialect dialect, JqLimits limits)
    {
        if (program.Length > limits.ProgramLength)
        {
            throw JqException.Limit($"the program is longer than {limits.ProgramLength} characters");
        }

        var lexer = new Lexer(program, dialect)
        {
            // Each interpolation is a parser of its own on the same lexer.
            Interpolation = inner =>
            {
                // Its first token may be a text with an interpolation again, so it counts before anything is read.
                Enter(inner, limits.Nesting);
                var parser = new Parser(inner, program, dialect, limits.Nesting);
                var node = parser.ParsePipe();
                parser.ExpectLast(")");
                inner.Nesting--;
                return node;
            },
        };
        var parser = new Parser(lexer, program, dialect, limits.Nesting);
        var result = parser._token.Kind == TokenKind.End && dialect == JqDialect.Jq16 ? new IdentityNode() : parser.ParsePipe();
        return parser._token.Kind == TokenKind.End ? result : throw parser.Unexpected();
    }

    /// <summary>Reads only definitions, as a library has them, and hands each out without a rest.</summary>
    public static IReadOnlyList<DefinitionNode> ParseDefinitions(string program, JqDialect dialect)
    {
        var definitions = new List<DefinitionNode>();
        for (var node = Parse(program + " .", dialect, JqLimits.Default); node is DefinitionNode definition; node = definition.Rest)
        {
            definitions.Add(definition);
        }

        return definitions;
    }

    private Node ParsePipe()
    {
        Enter();
        try
        {
            // A chain is read in a loop, so that its length is no depth.
            var stages = new List<Node>();
            while (true)
            {
                if (ParsePrefixed() is { } last)
                {
                    return Chain(stages, last);
                }

                var stage = ParseComma();
                if (_token.Is("as"))
                {
                    return Chain(stages, ParseBinding(stage));
                }

                stages.Add(stage);
                if (!Accept("|"))
                {
                    return Chain(stages[..^1], stages[^1]);
                }
            }
        }
        finally
        {
            _lexer.Nesting--;
        }
    }

    // A definition or a label reaches to the end of the pipe it stands in.
    private Node? ParsePrefixed() => _token.Is("def") ? ParseDefinition() : _token.Is("label") ? ParseLabel() : null;

    private static Node Chain(IEnumerable<Node> stages, Node last) => stages.Reverse().Aggregate(last, (rest, stage) => new PipeNode(stage, rest));

    private void Enter() => Enter(_lexer, _maxNesting);

    private static void Enter(Lexer lexer, int maxNesting)
    {
        if (++lexer.Nesting > maxNesting)
        {
            throw JqException.Limit($"the program nests deeper than {maxNesting}");
        }
    }

    private LabelNode ParseLabel()
    {
        Expect("label");
        var name = ExpectVariable();
        Expect("|");
        return new LabelNode(name, ParsePipe());
    }

    private DefinitionNode ParseDefinition()
    {
        var position = _token.Position;
        Expect("def");
        var name = ExpectName();
        var parameters = new List<Parameter>();
        if (Accept("("))
        {
            do
            {
                parameters.Add(_token.Kind == TokenKind.Variable ? new Parameter(ExpectVariable(), true) : new Parameter(ExpectName(), false));
            }
            while (Accept(";"));
            Expect(")");
        }

        Expect(":");
        var body = ParsePipe();
        Expect(";");
        return new DefinitionNode(name, parameters, body, ParsePipe(), position);
    }

    private BindNode ParseBinding(Node source)
    {
        Expect("as");
        var patterns = new List<Pattern> { ParsePattern() };
        while (Accept("?//"))
        {
            patterns.Add(ParsePattern());
        }

        Expect("|");
        return new BindNode(source, patterns, ParsePipe());
    }

    private Node ParseComma()
    {
        var first = ParseAlternative();
        if (!_token.Is(","))
        {
            return first;
        }

        var items = new List<Node> { first };
        while (Accept(","))
        {
            items.Add(ParseAlternative());
        }

        return new CommaNode(items);
    }

    private Node ParseAlternative()
    {
        var operands = new List<Node> { ParseAssignment() };
        while (Accept("//"))
        {
            operands.Add(ParseAssignment());
        }

        return operands.AsEnumerable().Reverse().Skip(1).Aggregate(operands[^1], (right, left) => new AlternativeNode(left, right));
    }

    private Node ParseAssignment()
    {
        var target = ParseBinary(LoosestBinary);
        if (_token.Kind != TokenKind.Operator || _token.Text is not ("=" or "|=" or "+=" or "-=" or "*=" or "/=" or "%=" or "//="))
        {
            return target;
        }

        var symbol = _token.Text[..^1];
        Advance();
        // The alternative operator binds looser than an assignment, so "a = b // c" is "(a = b) // c".
        return new AssignNode(symbol, target, ParseBinary(LoosestBinary));
    }

    private static int Precedence(Token token) => token.Kind is not (TokenKind.Operator or TokenKind.Keyword) ? -1 : token.Text switch
    {
        "or" => 0,
        "and" => 1,
        "==" or "!=" or "<" or "<=" or ">" or ">=" => 2,
        "+" or "-" => 3,
        "*" or "/" or "%" => 4,
        _ => -1,
    };

    private Node ParseBinary(int level)
    {
        if (level > 4)
        {
            return ParsePostfixed();
        }

        if (level == 3 && _token.Is("-"))
        {
            return ParseBinaryRest(ParseNegation(), level);
        }

        return ParseBinaryRest(ParseBinary(level + 1), level);
    }

    private Node ParseBinaryRest(Node left, int level)
    {
        while (Precedence(_token) == level)
        {
            var symbol = _token.Text;
            Advance();
            var right = ParseOperand(level + 1);
            left = symbol is "and" or "or" ? new LogicNode(symbol == "and", left, right) : new BinaryNode(symbol, left, right);
            if (level == 2 && Precedence(_token) == level)
            {
                throw Unexpected();
            }
        }

        return left;
    }

    private Node ParseOperand(int level) => _token.Is("-") && level > 3 ? ParseNegation() : ParseBinary(level);

    // The sign binds as loosely as subtraction: "-1 * 2" is "-(1 * 2)".
    private NegateNode ParseNegation()
    {
        Enter();
        Expect("-");
        var operand = ParseOperand(4);
        _lexer.Nesting--;
        return new NegateNode(operand);
    }

    private Node ParsePostfixed()
    {
        if (_token.Is("def"))
        {
            return ParseDefinition();
        }

        var term = ParseTerm();
        // In jq itself a binding belongs to the term before it; elsewhere ParsePipe takes all that stands before it.
        return _dialect == JqDialect.Jq16 && _token.Is("as") ? ParseBinding(term) : term;
    }
}
