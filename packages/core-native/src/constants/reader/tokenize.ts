/** A token is its text: an identifier, a number, a character or string literal, or an operator. */
export type Token = string

const tokenPattern =
  /[A-Za-z_]\w*|(?:0[xX][\da-fA-F]+|\d+)[uUlL]*|'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*"|<<|>>|<=|>=|==|!=|&&|\|\||##|\.\.\.|->|[^\s\w]/g

/** The tokens of a line. A number that C does not know as an integer (1.5, 3e4) comes out in pieces that no one can evaluate. */
export function tokenize(line: string): Token[] {
  return line.match(tokenPattern) ?? []
}

export function isIdentifier(token: Token | undefined): token is string {
  return token !== undefined && /^[A-Za-z_]/.test(token)
}

/** C's logical lines: comments become a space, a line that ends in a backslash goes on in the next. */
export function logicalLines(text: string): string[] {
  const joined = text.replace(/\\\r?\n/g, ' ')
  // Literals first, so that a comment inside of one is none.
  const bare = joined.replace(/"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|\/\*[\s\S]*?(?:\*\/|$)|\/\/[^\n]*/g, (match) =>
    match.startsWith('/') ? ' ' : match,
  )
  return bare.split('\n')
}
