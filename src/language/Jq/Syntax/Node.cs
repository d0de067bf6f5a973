namespace Kestra.Jq.Syntax;

/// <summary>A part of a parsed program.</summary>
internal abstract record Node;

internal sealed record IdentityNode : Node;

internal sealed record DescendNode : Node;

internal sealed record LiteralNode(object? Value) : Node;

/// <param name="Format">Name of the format that interpolated values pass through; null for plain text.</param>
internal sealed record TextNode(string? Format, IReadOnlyList<TextPart> Parts) : Node;

internal sealed record FormatNode(string Name) : Node;

internal sealed record IndexNode(Node Target, Node Key) : Node;

internal sealed record SliceNode(Node Target, Node? From, Node? To) : Node;

internal sealed record IterateNode(Node Target) : Node;

internal sealed record ArrayNode(Node? Items) : Node;

internal sealed record ObjectNode(IReadOnlyList<(Node Key, Node Value)> Entries) : Node;

internal sealed record NegateNode(Node Operand) : Node;

internal sealed record PipeNode(Node First, Node Second) : Node;

internal sealed record CommaNode(IReadOnlyList<Node> Items) : Node;

internal sealed record BinaryNode(string Operator, Node Left, Node Right) : Node;

internal sealed record LogicNode(bool IsAnd, Node Left, Node Right) : Node;

internal sealed record AlternativeNode(Node Left, Node Right) : Node;

/// <param name="Operator">The operator before the equals sign: empty for <c>=</c>, <c>|</c>, <c>+</c> … <c>//</c>.</param>
internal sealed record AssignNode(string Operator, Node Target, Node Value) : Node;

internal sealed record IfNode(Node Condition, Node Then, Node Else) : Node;

internal sealed record TryNode(Node Body, Node? Handler) : Node;

internal sealed record ReduceNode(Node Source, Pattern Pattern, Node Initial, Node Update) : Node;

internal sealed record ForeachNode(Node Source, Pattern Pattern, Node Initial, Node Update, Node? Extract) : Node;

internal sealed record BindNode(Node Source, IReadOnlyList<Pattern> Patterns, Node Body) : Node;

internal sealed record DefinitionNode(string Name, IReadOnlyList<Parameter> Parameters, Node Body, Node Rest, int Position) : Node;

/// <param name="IsValue">True for <c>$name</c>, which binds a variable as well.</param>
internal sealed record Parameter(string Name, bool IsValue);

internal sealed record CallNode(string Name, IReadOnlyList<Node> Arguments, int Position) : Node;

internal sealed record VariableNode(string Name, int Position) : Node;

internal sealed record LocationNode(int Line, int Position) : Node;

internal sealed record LabelNode(string Name, Node Body) : Node;

internal sealed record BreakNode(string Name, int Position) : Node;

/// <summary>The left side of a destructuring.</summary>
internal abstract record Pattern
{
    /// <summary>The variables in the order in which they are bound.</summary>
    public abstract IEnumerable<string> Variables { get; }
}

internal sealed record VariablePattern(string Name) : Pattern
{
    public override IEnumerable<string> Variables => [Name];
}

internal sealed record ArrayPattern(IReadOnlyList<Pattern> Items) : Pattern
{
    public override IEnumerable<string> Variables => Items.SelectMany(item => item.Variables);
}

internal sealed record ObjectPattern(IReadOnlyList<ObjectPatternEntry> Entries) : Pattern
{
    public override IEnumerable<string> Variables =>
        Entries.SelectMany(entry => (entry.Variable is null ? [] : (IEnumerable<string>)[entry.Variable]).Concat(entry.Value?.Variables ?? []));
}

/// <param name="Variable">Set for <c>{$name}</c> and <c>{$name: pattern}</c>: the variable that takes the value itself.</param>
internal sealed record ObjectPatternEntry(string? Variable, Node Key, Pattern? Value);
